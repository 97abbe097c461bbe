import Kernels
import ShaderInterface

extension KernelCase {
  /// The deepest accepted path, with scores that tie.
  public static func verifyAccepted(maximumNodes: Int, random: inout CaseRandom) -> KernelCase {
    let forest = random.forest(maximumNodes: maximumNodes) { random, _ in
      random.tree(maximumNodes: maximumNodes) { random, _, _ in UInt32(random.below(6)) }
    }
    let (capacity, sequences) = (forest.capacity, forest.sequences)
    let rarity = random.element([1, 2, 5, 20])
    let accept = (0..<capacity).map { _ in random.oneIn(rarity) && rarity > 1 ? 0 : random.word() | 1 }
    let plain = (0..<capacity).map { _ in Float(-random.below(4)) / 2 }
    let score = random.oneIn(2) ? plain : random.logits(rows: 1, columns: capacity)
    var picks = random.words(4 * capacity, below: 6)
    for row in 0..<2 * capacity { picks[2 * row + 1] = random.oneIn(20) ? STATUS_NOT_FINITE : STATUS_OK }
    let hasEndPicks = random.oneIn(2)
    let operands = forest.operands(random: &random).filter { $0.name != "depths" }
    return KernelCase(
      "sequences \(sequences), nodes \(forest.counts) of \(maximumNodes)",
      [
        .words("accept", accept), .floats("score", [capacity], score),
        .words("picks", Array(picks[..<(2 * capacity)]), [capacity, 2]),
        .words("endPicks", Array(picks[(2 * capacity)...]), [capacity, 2]),
      ] + operands
    ) { list, o in
      list.verifyAccepted(
        o.words("accept"), score: o.floats("score"), picks: o.words("picks"),
        endPicks: hasEndPicks ? o.words("endPicks") : nil, tree: o.tree(maximumNodes: maximumNodes),
        sequences: sequences)
    }
  }
}

let verifyAcceptedFamilies = [
  CaseFamily(.verifyAccepted) { random in
    .verifyAccepted(maximumNodes: random.length(random.oneIn(10) ? 1024 : 70), random: &random)
  }
]
