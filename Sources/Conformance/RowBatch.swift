import Kernels
import ShaderInterface

/// The sequences that a case's packed rows belong to: their states and, for more than one, the rows' owners.
struct RowBatch: Sendable {
  let sequences: Int
  let operands: [CaseOperand]

  /// One sequence, or several with some rows of none. In a batch sequence s owns the rows from its first node on.
  init(rows: Int, isBatch: Bool, lengths: Int = 300, random: inout CaseRandom) {
    let sequences = isBatch ? random.integer(2...5) : 1
    var states: [UInt32] = []
    for s in 0..<sequences {
      var state = random.state(length: random.below(random.oneIn(4) ? 1 << 31 : lengths))
      state[Int(STATE_FIRST_NODE)] = UInt32(s * rows / sequences)
      states += state
    }
    self.sequences = sequences
    let stateOperand = CaseOperand.words("state", states, [sequences, Int(STATE_WORDS)])
    guard isBatch else {
      operands = [stateOperand]
      return
    }
    var owners = (0..<rows).map { UInt32(min(sequences - 1, $0 * sequences / rows)) }
    for _ in 0..<random.below(3) {
      owners[random.below(rows)] = random.element([UInt32(sequences), NO_TOKEN, 0])
    }
    operands = [stateOperand, .words("owners", owners)]
  }
}

extension CaseRandom {
  /// A stream of random numbers: mostly that of plain decoding.
  mutating func stream() -> Int { oneIn(2) ? 0 : Int(oneIn(3) ? UInt32.max : word()) }
}

extension BoundOperands {
  /// The batch of a case with the operand "owners"; none for one sequence.
  func batch(_ sequences: Int) -> SequenceBatch? {
    sequences == 1 ? nil : SequenceBatch(sequences: sequences, owners: words("owners"))
  }
}
