import Kernels

/// One case in a backend's memory: checked against the reference first, then run any number of times.
public final class PlacedCase {
  private let kernelCase: KernelCase
  private let arena: Arena
  private let backend: any Backend
  private let memory: Tensor<UInt32>
  private let bound: BoundOperands

  public init(_ kernelCase: KernelCase, on backend: any Backend) throws(BackendError) {
    var arena = Arena()
    arena.append(kernelCase.operands)
    memory = try backend.makeTensor(arena.words.count, kernelCase.shape)
    try backend.write(arena.words, to: memory)
    var tensors: [String: Tensor<UInt32>] = [:]
    for placement in arena.placements[0] { tensors[placement.operand.name] = memory[placement.range] }
    bound = BoundOperands(tensors: tensors)
    self.kernelCase = kernelCase
    self.arena = arena
    self.backend = backend
  }

  /// Records the call, on the operands as earlier calls left them.
  public func record(_ list: any CommandList) { kernelCase.record(list, bound) }

  /// Runs once on fresh operands; the first difference from the reference, nil if every bit is equal.
  public func firstDifference() throws(BackendError) -> String? {
    try backend.write(arena.words, to: memory)
    try backend.run(kernelCase.shape) { record($0) }
    let actual = try backend.read(memory)
    let expected = try arena.run([kernelCase], on: ReferenceBackend(), label: kernelCase.shape)
    let comparison = Comparison(
      placements: arena.placements[0], initial: arena.words, expected: expected, actual: actual)
    return comparison.first ?? Comparison.brokenGuard(arena, actual)
  }
}
