import Kernels
import ShaderInterface

extension KernelCase {
  /// A round's result committed to history, tokens and state.
  public static func commitRound(
    accepted: Int, maximumNodes: Int, length: Int, capacity: Int, random: inout CaseRandom
  ) -> KernelCase {
    var result = random.result(accepted: accepted, maximumNodes: maximumNodes, length: length)
    if random.oneIn(6) { result[Int(RESULT_STATUS)] = 1 << UInt32(random.below(4)) }
    return KernelCase(
      "accepted \(accepted) of \(maximumNodes) nodes, length \(length), capacity \(capacity)",
      [
        .words("result", result),
        .words("state", random.state(length: length, nodes: maximumNodes), role: .inputOutput),
        .words("tokens", random.words(maximumNodes), role: .inputOutput),
        .words("history", random.words(capacity), role: .inputOutput),
      ]
    ) { list, o in
      list.commitRound(tree: o.tree(maximumNodes: maximumNodes), history: o.words("history"))
    }
  }
}

let commitRoundFamilies = [
  CaseFamily(.commitRound) { random in
    let maximumNodes = random.length(70)
    let length = random.below(200)
    return .commitRound(
      accepted: random.below(maximumNodes), maximumNodes: maximumNodes, length: length,
      capacity: max(1, length + random.integer(-1...80)), random: &random)
  }
]
