import Kernels
import ShaderInterface

extension KernelCase {
  /// The states' lengths grow by a prompt slice, or each by its own nodes.
  public static func advanceState(rows: Int?, sequences: Int = 1, random: inout CaseRandom) -> KernelCase {
    var states: [UInt32] = []
    for _ in 0..<sequences {
      var state = random.state(length: random.below(100_000))
      state[Int(STATE_NODES)] = random.oneIn(9) ? random.word() : UInt32(random.below(1025))
      states += state
    }
    return KernelCase(
      "rows \(rows.map { "\($0)" } ?? "of its own"), sequences \(sequences)",
      [.words("state", states, role: .inputOutput)]
    ) { list, o in
      list.advanceState(o.words("state"), rows: rows, sequences: sequences)
    }
  }
}

let advanceStateFamilies = [
  CaseFamily(.advanceState, "one") { random in .advanceState(rows: random.length(1025), random: &random) },
  CaseFamily(.advanceState, "batch") { random in
    .advanceState(
      rows: random.oneIn(3) ? random.length(1025) : nil, sequences: random.length(200), random: &random)
  },
]
