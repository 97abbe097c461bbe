import Kernels
import ShaderInterface

extension KernelCase {
  /// Trees of drawn tokens; without replacement siblings differ, as those of merged paths do.
  public static func selectPath(
    paths: Int, _ rule: SiblingRule, maximumNodes: Int, vocabulary: Int, random: inout CaseRandom
  ) -> KernelCase {
    let drawn = RejectionCase(rule, maximumNodes: maximumNodes, vocabulary: vocabulary, random: &random)
    return selectPath(
      "paths \(paths), \(drawn.shape)", drawn.operandsWithoutDepths, paths: paths,
      maximumNodes: maximumNodes, vocabulary: vocabulary, sequences: drawn.forest.sequences)
  }

  /// Paths that part at the root, on rows of a draft near the target.
  public static func selectPath(
    paths: Int, length: Int, vocabulary: Int, random: inout CaseRandom
  ) -> KernelCase {
    let nodes = 1 + paths * length
    var (target, draft) = (WeightRows(vocabulary: vocabulary), WeightRows(vocabulary: vocabulary))
    for _ in 0..<nodes {
      let most = (1 << 30) / vocabulary
      let row = (0..<vocabulary).map { _ in UInt32(1 + random.below(most)) }
      target.append(row, random: &random)
      draft.append(row.map { 1 + $0 / UInt32(random.integer(1...3)) }, random: &random)
    }
    let operands: [CaseOperand] = [
      .words("weights", target.weights, [nodes, vocabulary]), .words("totals", target.totals, [nodes, 2]),
      .words("draftWeights", draft.weights, [nodes, vocabulary]),
      .words("draftTotals", draft.totals, [nodes, 2]),
      .words("tokens", random.words(nodes, below: vocabulary)),
      .words("parents", (0..<nodes).map { $0 == 0 ? NO_NODE : ($0 - 1) % length == 0 ? 0 : UInt32($0 - 1) }),
      .words("state", SequenceState(length: 5, seed: 3, nodes: nodes).words),
    ]
    return selectPath(
      "paths \(paths) of \(length), vocabulary \(vocabulary)", operands, paths: paths, maximumNodes: nodes,
      vocabulary: vocabulary, sequences: 1)
  }

  private static func selectPath(
    _ shape: String, _ operands: [CaseOperand], paths: Int, maximumNodes: Int, vocabulary: Int, sequences: Int
  ) -> KernelCase {
    let changing: Set = ["draftWeights", "draftTotals", "tokens"]
    let own = operands.filter { $0.name != "result" }.map {
      changing.contains($0.name) ? $0.with(role: .inputOutput) : $0
    }
    return KernelCase(shape, own) { list, o in
      list.selectPath(
        target: o.rows("weights", "totals", vocabulary: vocabulary),
        draft: o.rows("draftWeights", "draftTotals", vocabulary: vocabulary),
        tree: o.tree(maximumNodes: maximumNodes), paths: paths, sequences: sequences)
    }
  }
}

/// `apart` has siblings that are equal, of which a selected one is refused.
let selectPathFamilies = [("merged", SiblingRule.withoutReplacement), ("apart", .withReplacement)].map {
  name, rule in
  CaseFamily(.selectPath, name) { random in
    let size = random.rejectionSize()
    return .selectPath(
      paths: random.element([1, 2, 2, 3, 4, random.integer(1...16), 16]), rule,
      maximumNodes: size.maximumNodes, vocabulary: size.vocabulary, random: &random)
  }
}
