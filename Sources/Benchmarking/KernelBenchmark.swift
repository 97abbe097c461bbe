import Conformance
import Kernels

/// One kernel at one shape, with the work that the shape alone asks for.
public struct KernelBenchmark: Sendable {
  public let kernel: Kernel
  /// The kernel's variant, empty if it has one.
  public let variant: String
  public let shape: String
  /// Bytes that have to be read or written at least once.
  public let bytes: Int
  /// fp32 multiplications and additions.
  public let operations: Int
  /// Where it stands in a sweep, if it belongs to one.
  public internal(set) var sweep: Sweep?
  let make: @Sendable (inout CaseRandom) -> KernelCase

  /// "matmulF16/tile8 8 x 4096 -> 4096".
  public var name: String { "\(kernel)\(variant.isEmpty ? "" : "/" + variant) \(shape)" }

  init(
    _ kernel: Kernel, _ shape: String, variant: String = "", bytes: Int, operations: Int,
    make: @escaping @Sendable (inout CaseRandom) -> KernelCase
  ) {
    self.kernel = kernel
    self.variant = variant
    self.shape = shape
    self.bytes = bytes
    self.operations = operations
    self.make = make
  }

  /// The case to verify and to time; its data depends on the shape alone.
  func makeCase() -> KernelCase {
    var random = CaseRandom(seed: 1, family: "bench \(kernel) \(variant) \(shape)", index: 0)
    random.isTypical = true
    return make(&random)
  }

  /// Every kernel, at shapes of the embedded model and of larger ones.
  public static let all: [KernelBenchmark] =
    matmuls + attentions + rowKernels + vocabularyKernels + treeKernels + scanKernels + cacheKernels

  private static let matmuls: [KernelBenchmark] =
    [1, 4, 16, 64].map { matmul(MatmulKind(.f16), rows: $0, inputs: 384, outputs: 1920) }
    + [1, 8, 16].map { matmul(MatmulKind(.f16), rows: $0, inputs: 2048, outputs: 2048) }
    + [1, 16].map { matmul(MatmulKind(.f32), rows: $0, inputs: 384, outputs: 1920) }
    + MatmulKind.all.filter { ![.f32, .f16].contains($0.format) }.flatMap { kind in
      [1, 16].map { matmul(kind, rows: $0, inputs: 2048, outputs: 2048) }
    }

  static func matmul(_ kind: MatmulKind, rows: Int, inputs: Int, outputs: Int) -> KernelBenchmark {
    let weights = inputs * outputs * kind.format.groupBytes / kind.format.group
    let tile = matmulRowsPerGroup(rows: rows)
    return KernelBenchmark(
      kind.kernel, "\(rows) x \(inputs) -> \(outputs)", variant: "tile\(tile)",
      bytes: weights + 4 * rows * (kind.rowWords(inputs: inputs) + outputs),
      operations: 2 * rows * inputs * outputs
    ) { .matmul(MatmulShape(kind, rows: rows, inputs: inputs, outputs: outputs), random: &$0) }
  }
}
