import Kernels
import ShaderInterface

extension KernelCase {
  /// Recursive rejection under one rule, with children drawn as the rule expects, give or take a few mistakes.
  public static func verifySiblings(
    _ rule: SiblingRule, maximumNodes: Int, vocabulary: Int, random: inout CaseRandom
  ) -> KernelCase {
    let draft = WeightRows(rows: maximumNodes, vocabulary: vocabulary, random: &random)
    var target = WeightRows(vocabulary: vocabulary)
    for node in 0..<maximumNodes { target.append(random.targetRow(like: draft.row(node)), random: &random) }
    var left = (0..<maximumNodes).map { rule == .oneHot ? target.row($0) : draft.row($0) }
    var tree = random.tree(maximumNodes: maximumNodes) { random, _, parent in
      if random.oneIn(40) {
        return random.element([UInt32(vocabulary), 0xffff_fffe, 0, UInt32(vocabulary - 1)])
      }
      if rule == .oneHot && random.oneIn(2) { return UInt32(random.below(vocabulary)) }
      let token = random.draw(left[parent])
      if rule != .withReplacement && token != NO_TOKEN { left[parent][Int(token)] = 0 }
      return token
    }
    random.damage(&tree, rarity: 20)
    let drafted: [CaseOperand] =
      rule == .oneHot
      ? [
        .words("draftWeights", random.words(vocabulary), role: .unused),
        .words("draftTotals", random.words(2), role: .unused),
      ]
      : [
        .words("draftWeights", draft.weights, [maximumNodes, vocabulary]),
        .words("draftTotals", draft.totals, [maximumNodes, 2]),
      ]
    let targeted: [CaseOperand] = [
      .words("weights", target.weights, [maximumNodes, vocabulary]),
      .words("totals", target.totals, [maximumNodes, 2]),
      .output("scratch", .word, [2, vocabulary], role: .scratch),
    ]
    let state = random.state(length: random.below(300), nodes: tree.nodes)
    return KernelCase(
      "nodes \(tree.nodes) of \(maximumNodes), vocabulary \(vocabulary)",
      targeted + drafted + tree.operands(state: state)
    ) { list, o in
      list.verifySiblings(
        target: DistributionRows(
          weights: o.words("weights"), totals: o.words("totals"), vocabulary: vocabulary),
        draft: DistributionRows(
          weights: o.words("draftWeights"), totals: o.words("draftTotals"), vocabulary: vocabulary),
        tree: o.tree(maximumNodes: maximumNodes), scratch: o.words("scratch"), rule: rule)
    }
  }
}

extension CaseRandom {
  /// A target row: the draft's own, near it, nearly disjoint, or independent; rarely empty.
  fileprivate mutating func targetRow(like draft: [UInt32]) -> [UInt32] {
    if oneIn(40) { return weightRow(draft.count, empty: true) }
    switch below(8) {
    case 0...3: return draft  // every child is accepted: walks go deep
    case 4: return weightRow(draft.count, empty: false)
    case 5:  // near it: some weights halved, some tokens new
      var row = draft.map { oneIn(2) ? $0 : $0 / 2 }
      if row.reduce(0, { $0 + Int($1) }) < 1 << 30 { row[below(row.count)] += UInt32(below(1 << 20)) }
      return row
    case 6:  // only tokens that the draft does not have, or those it has least
      return draft.map { $0 == 0 ? UInt32(1 + below(1 << 10)) : UInt32(below(2)) }
    default: return draft.map { $0 / UInt32(integer(1...9)) }
    }
  }
}

let verifySiblingsFamilies = SiblingRule.allCases.map { rule in
  CaseFamily(.verifySiblings, "\(rule)") { random in
    let vocabulary = random.oneIn(2) ? random.length(16) : random.vocabulary()
    return .verifySiblings(
      rule, maximumNodes: random.length(max(3, min(40, 8_000 / vocabulary))), vocabulary: vocabulary,
      random: &random)
  }
}
