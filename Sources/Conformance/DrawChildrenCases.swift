import Kernels
import ShaderInterface

extension KernelCase {
  /// The children of tree nodes from their draft rows; rows may run out.
  public static func drawChildren(
    sequences: Int = 1, parents: Int, vocabulary: Int, children: Int, replacement: Bool, firstParent: Int,
    firstChild: Int, random: inout CaseRandom
  ) -> KernelCase {
    let childDepth = random.integer(1...20)
    let trees = random.packedTrees(
      sequences: sequences, maximumNodes: max(firstParent + parents, firstChild + parents * children),
      hasRoom: true)
    let nodes = trees.capacity
    let held = max(firstParent + parents, sequences == 1 ? 0 : nodes - random.below(3))
    let rows = WeightRows(rows: held, vocabulary: vocabulary, emptyRarity: 12, random: &random)
    let (keys, stream) = (random.element(DraftKeys.allCases), random.ruleStream())
    return KernelCase(
      """
      sequences \(sequences), parents \(parents) from \(firstParent), vocabulary \(vocabulary), children \(children) from \(firstChild), \
      depth \(childDepth), keyed by \(keys)
      """,
      [
        .words("weights", rows.weights, [held, vocabulary]),
        .words("totals", rows.totals, [held, 2]),
        .words("state", trees.state),
        .words("tokens", random.words(nodes, below: 1000), role: .inputOutput),
      ]
    ) { list, o in
      let draft = DistributionRows(
        weights: o.words("weights"), totals: o.words("totals"), vocabulary: vocabulary)
      list.drawChildren(
        draft, state: o.words("state"), tokens: o.words("tokens"), parents: parents, children: children,
        replacement: replacement, firstParent: firstParent, firstChild: firstChild, childDepth: childDepth,
        keys: keys, sequences: sequences, stream: stream)
    }
  }
}

extension KernelCase {
  /// The children that a tree has of some of its nodes, up to `children` of each.
  public static func drawChildren(
    sequences: Int = 1, maximumNodes: Int, vocabulary: Int, children: Int, replacement: Bool,
    random: inout CaseRandom
  ) -> KernelCase {
    let trees = random.packedTrees(
      sequences: sequences, maximumNodes: maximumNodes, hasRoom: random.oneIn(2))
    let held = max(1, trees.capacity - random.below(3))
    let rows = WeightRows(rows: held, vocabulary: vocabulary, emptyRarity: 12, random: &random)
    let firstParent = random.below(min(held, maximumNodes))
    let parents = random.integer(1...held - firstParent)
    let (keys, childDepth) = (random.element(DraftKeys.allCases), random.integer(1...20))
    let stream = random.ruleStream()
    let capacity = max(maximumNodes, trees.capacity)
    let nodeParents = trees.parents + random.words(capacity - trees.capacity)
    return KernelCase(
      """
      sequences \(sequences), nodes \(maximumNodes), parents \(parents) from \(firstParent), vocabulary \(vocabulary), \
      children up to \(children), depth \(childDepth), keyed by \(keys)
      """,
      [
        .words("weights", rows.weights, [held, vocabulary]), .words("totals", rows.totals, [held, 2]),
        .words("state", trees.state), .words("parents", nodeParents),
        .words("tokens", random.words(capacity, below: 1000), role: .inputOutput),
      ]
    ) { list, o in
      list.drawChildren(
        o.rows("weights", "totals", vocabulary: vocabulary), tree: o.tree(maximumNodes: maximumNodes),
        parents: parents, children: children, replacement: replacement, firstParent: firstParent,
        childDepth: childDepth, keys: keys, sequences: sequences, stream: stream)
    }
  }
}

extension KernelCase {
  /// The children of the root's children, of which each has as many as `counts` says.
  public static func drawChildren(
    counts: [Int], vocabulary: Int, replacement: Bool, random: inout CaseRandom
  ) -> KernelCase {
    let (parents, nodes) = (counts.count, 1 + counts.count + counts.reduce(0, +))
    let rows = WeightRows(rows: 1 + parents, vocabulary: vocabulary, random: &random)
    let children = counts.enumerated().flatMap {
      [UInt32](repeating: UInt32(1 + $0.offset), count: $0.element)
    }
    let most = counts.max() ?? 1
    return KernelCase(
      "vocabulary \(vocabulary), children \(counts)",
      [
        .words("weights", rows.weights, [1 + parents, vocabulary]),
        .words("totals", rows.totals, [1 + parents, 2]),
        .words("state", random.state(length: 9, nodes: nodes)),
        .words("parents", [NO_NODE] + [UInt32](repeating: 0, count: parents) + children),
        .words("tokens", random.words(nodes, below: 1000), role: .inputOutput),
      ]
    ) { list, o in
      list.drawChildren(
        o.rows("weights", "totals", vocabulary: vocabulary), tree: o.tree(maximumNodes: nodes),
        parents: parents, children: most, replacement: replacement, firstParent: 1, childDepth: 2)
    }
  }
}

let drawChildrenFamilies =
  [true, false].map { replacement in
    CaseFamily(.drawChildren, replacement ? "withReplacement" : "withoutReplacement") { random in
      let vocabulary = random.vocabulary()
      return .drawChildren(
        parents: random.rows(of: vocabulary), vocabulary: vocabulary, children: random.length(9),
        replacement: replacement, firstParent: random.below(3), firstChild: random.integer(1...9),
        random: &random)
    }
  } + [
    CaseFamily(.drawChildren, "batch") { random in
      .drawChildren(
        sequences: random.integer(2...4), parents: random.integer(1...4), vocabulary: random.length(600),
        children: random.integer(1...4), replacement: random.oneIn(2), firstParent: random.below(3),
        firstChild: random.integer(1...9), random: &random)
    },
    CaseFamily(.drawChildren, "tree") { random in
      let vocabulary = random.vocabulary()
      return .drawChildren(
        maximumNodes: random.length(max(3, min(60, 12_000 / vocabulary))), vocabulary: vocabulary,
        children: random.length(9), replacement: random.oneIn(2), random: &random)
    },
    CaseFamily(.drawChildren, "treeBatch") { random in
      .drawChildren(
        sequences: random.integer(2...4), maximumNodes: random.length(20), vocabulary: random.length(600),
        children: random.length(6), replacement: random.oneIn(2), random: &random)
    },
  ]

let vocabularyFamilies =
  argmaxFamilies + topTokensFamilies + warpRowsFamilies + distributionFamilies + drawTargetFamilies
  + drawChildrenFamilies + rowStatisticsFamilies + softmaxFamilies + tokenLogProbabilityFamilies
  + divergenceFamilies + penaltiesFamilies
  + mixLogitsFamilies + drawLogitsFamilies + drawGumbelFamilies + drawSharedFamilies
  + combineDistributionsFamilies + suppressTokensFamilies + groupSumsFamilies
