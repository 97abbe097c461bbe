import Kernels
import ShaderInterface

extension KernelCase {
  /// The walk along the target's own picks.
  public static func verifyMatch(maximumNodes: Int, random: inout CaseRandom) -> KernelCase {
    let forest = random.forest(maximumNodes: maximumNodes) { random, _ in
      random.tree(maximumNodes: maximumNodes) { random, _, _ in UInt32(random.below(6)) }
    }
    let lists = forest.trees.map { tree in
      var picks = random.words(2 * maximumNodes, below: 6)
      for (node, children) in tree.children.enumerated() {
        // Most picks are a child's token, so that walks go deep.
        if !children.isEmpty && !random.oneIn(6) { picks[2 * node] = tree.tokens[random.element(children)] }
        picks[2 * node + 1] = random.oneIn(30) ? 1 << UInt32(random.below(4)) : 0
      }
      return picks
    }
    let picks = forest.pack(width: 2, random: &random) { _, s in lists[s] }
    let operands = forest.operands(random: &random).filter { $0.name != "depths" }
    let sequences = forest.sequences
    return KernelCase(
      "sequences \(sequences), nodes \(forest.counts) of \(maximumNodes)",
      [.words("picks", picks, [forest.capacity, 2])] + operands
    ) { list, o in
      list.verifyMatch(
        picks: o.words("picks"), tree: o.tree(maximumNodes: maximumNodes), sequences: sequences)
    }
  }
}

let verifyMatchFamilies = [
  CaseFamily(.verifyMatch) { random in
    .verifyMatch(maximumNodes: random.length(random.oneIn(10) ? 1024 : 70), random: &random)
  }
]
