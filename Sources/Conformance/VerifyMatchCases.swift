import Kernels
import ShaderInterface

extension KernelCase {
  /// The walk along the target's own picks.
  public static func verifyMatch(
    maximumNodes: Int, pickStride: Int = 2, pickOffset: Int = 0, hasStatus: Bool = true,
    random: inout CaseRandom
  ) -> KernelCase {
    let forest = random.forest(maximumNodes: maximumNodes) { random, _ in
      random.tree(maximumNodes: maximumNodes) { random, _, _ in UInt32(random.below(6)) }
    }
    let lists = forest.trees.map { tree in
      var picks = random.words(pickStride * maximumNodes, below: 6)
      for (node, children) in tree.children.enumerated() {
        let at = pickStride * node + pickOffset
        // Most picks are a child's token, so that walks go deep.
        if !children.isEmpty && !random.oneIn(6) { picks[at] = tree.tokens[random.element(children)] }
        if hasStatus { picks[at + 1] = random.oneIn(30) ? 1 << UInt32(random.below(4)) : 0 }
      }
      return picks
    }
    let picks = forest.pack(width: pickStride, random: &random) { _, s in lists[s] }
    let operands = forest.operands(random: &random).filter { $0.name != "depths" }
    let sequences = forest.sequences
    return KernelCase(
      """
      sequences \(sequences), nodes \(forest.counts) of \(maximumNodes), picks at \(pickOffset) of \(pickStride)\
      \(hasStatus ? "" : " without a status")
      """,
      [.words("picks", picks, [forest.capacity, pickStride])] + operands
    ) { list, o in
      list.verifyMatch(
        picks: o.words("picks"), tree: o.tree(maximumNodes: maximumNodes), sequences: sequences,
        pickStride: pickStride, pickOffset: pickOffset, hasStatus: hasStatus)
    }
  }
}

let verifyMatchFamilies = [
  CaseFamily(.verifyMatch, "plain") { random in
    .verifyMatch(maximumNodes: random.length(random.oneIn(10) ? 1024 : 70), random: &random)
  },
  CaseFamily(.verifyMatch, "stride") { random in
    let (hasStatus, offset) = (random.oneIn(2), random.below(4))
    return .verifyMatch(
      maximumNodes: random.length(70), pickStride: offset + (hasStatus ? 2 : 1) + random.below(4),
      pickOffset: offset, hasStatus: hasStatus, random: &random)
  },
]
