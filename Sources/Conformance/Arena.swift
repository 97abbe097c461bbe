import Kernels

/// The operands of several cases in one piece of memory, with guard words before and after each.
struct Arena {
  struct Placement {
    let operand: CaseOperand
    /// In words from the start.
    let range: Range<Int>
  }

  /// Fills every word that belongs to no operand.
  static let guardWord: UInt32 = 0xa5c3_f00d
  /// Guard words on each side of an operand, at least.
  static let guardCount = 64

  /// What the memory holds before the kernels run.
  private(set) var words: [UInt32] = []
  /// By case, by operand.
  private(set) var placements: [[Placement]] = []

  mutating func append(_ operands: [CaseOperand]) {
    let alignment = tensorAlignment / 4
    var list: [Placement] = []
    for operand in operands {
      let start = (words.count + Self.guardCount + alignment - 1) / alignment * alignment
      addGuards(upTo: start)
      list.append(Placement(operand: operand, range: start..<start + operand.words.count))
      words += operand.words
    }
    addGuards(upTo: words.count + Self.guardCount)
    placements.append(list)
  }

  private mutating func addGuards(upTo end: Int) {
    words += [UInt32](repeating: Self.guardWord, count: end - words.count)
  }

  /// The memory after `cases` have run on `backend`, in one recording.
  func run(_ cases: [KernelCase], on backend: any Backend, label: String) throws(BackendError) -> [UInt32] {
    let memory: Tensor<UInt32> = try backend.makeTensor(words.count, use: .readback, label)
    try backend.write(words, to: memory)
    let recording = try backend.record(label) { list in
      for (index, kernelCase) in cases.enumerated() {
        var tensors: [String: Tensor<UInt32>] = [:]
        for placement in placements[index] { tensors[placement.operand.name] = memory[placement.range] }
        kernelCase.record(list, BoundOperands(tensors: tensors))
      }
    }
    try recording.run()
    return try backend.read(memory)
  }
}
