import Kernels
import ShaderInterface

extension KernelCase {
  /// Results of a round, of one sequence or of a few, committed to history, tokens and state.
  public static func commitRound(
    maximumNodes: Int, capacity: Int, random: inout CaseRandom
  ) -> KernelCase {
    let sequences = random.oneIn(2) ? 1 : random.integer(2...5)
    let nodes = random.oneIn(2) ? maximumNodes : maximumNodes + random.below(9)
    var (results, states): ([UInt32], [UInt32]) = ([], [])
    for _ in 0..<sequences {
      let length = max(0, capacity + random.integer(-80...2))
      var result = random.result(
        accepted: random.below(maximumNodes), maximumNodes: maximumNodes, length: length)
      if random.oneIn(6) { result[Int(RESULT_STATUS)] = 1 << UInt32(random.below(7)) }
      if random.oneIn(9) {
        result[Int(RESULT_ACCEPTED)] = random.element([UInt32(maximumNodes), 0x7fff_ffff, .max])
      }
      results += result
      var state = random.state(length: length, nodes: maximumNodes)
      if sequences > 1 { state[Int(STATE_FIRST_NODE)] = UInt32(states.count / Int(STATE_WORDS)) }
      // Beyond the arrays: no two sequences share a root.
      if random.oneIn(9) { state[Int(STATE_FIRST_NODE)] = UInt32(max(nodes, sequences)) }
      states += state
    }
    return KernelCase(
      "sequences \(sequences), \(maximumNodes) nodes, capacity \(capacity)",
      [
        .words("result", results, [sequences, results.count / sequences]),
        .words("state", states, [sequences, Int(STATE_WORDS)], role: .inputOutput),
        .words("tokens", random.words(max(nodes, sequences)), role: .inputOutput),
        .words("history", random.words(sequences * capacity), [sequences, capacity], role: .inputOutput),
      ]
    ) { list, o in
      list.commitRound(
        tree: o.tree(maximumNodes: maximumNodes), history: o.words("history"), sequences: sequences)
    }
  }
}

let commitRoundFamilies = [
  CaseFamily(.commitRound) { random in
    .commitRound(maximumNodes: random.length(70), capacity: random.integer(1...280), random: &random)
  }
]
