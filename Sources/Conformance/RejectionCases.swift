import Kernels
import ShaderInterface

/// Trees drawn from draft rows as a rule expects, give or take a few mistakes, with target rows to verify them by.
struct RejectionCase {
  let forest: RandomForest
  let operands: [CaseOperand]
  /// For rules that walk from the root and so know how deep they are.
  var operandsWithoutDepths: [CaseOperand] { operands.filter { $0.name != "depths" } }
  let shape: String

  /// - Parameter form: of every tree; nil for any.
  init(
    _ rule: SiblingRule, _ form: TreeForm? = nil, maximumNodes: Int, vocabulary: Int,
    random: inout CaseRandom
  ) {
    var drafts: [WeightRows] = []
    var targets: [WeightRows] = []
    let forest = random.forest(maximumNodes: maximumNodes) { random, _ in
      let draft = random.draftRows(rule, count: maximumNodes, vocabulary: vocabulary)
      var target = WeightRows(vocabulary: vocabulary)
      for node in 0..<maximumNodes { target.append(random.targetRow(like: draft.row(node)), random: &random) }
      drafts.append(draft)
      targets.append(target)
      return random.drawnTree(rule, draft, target, maximumNodes: maximumNodes, form: form)
    }
    let capacity = forest.capacity
    func pack(_ width: Int, _ rows: [[UInt32]]) -> [UInt32] {
      forest.pack(width: width, random: &random) { _, s in rows[s] }
    }
    let isOneHot = rule == .oneHot
    self.forest = forest
    operands =
      [
        .words("weights", pack(vocabulary, targets.map(\.weights)), [capacity, vocabulary]),
        .words("totals", pack(2, targets.map(\.totals)), [capacity, 2]),
        isOneHot
          ? .words("draftWeights", random.words(vocabulary), role: .unused)
          : .words("draftWeights", pack(vocabulary, drafts.map(\.weights)), [capacity, vocabulary]),
        isOneHot
          ? .words("draftTotals", random.words(2), role: .unused)
          : .words("draftTotals", pack(2, drafts.map(\.totals)), [capacity, 2]),
      ] + forest.operands(random: &random, rarity: 20)
    shape =
      "sequences \(forest.sequences), nodes \(forest.counts) of \(maximumNodes), vocabulary \(vocabulary)"
  }
}

extension BoundOperands {
  func rows(_ weights: String, _ totals: String, vocabulary: Int) -> DistributionRows {
    DistributionRows(weights: words(weights), totals: words(totals), vocabulary: vocabulary)
  }
}

extension CaseRandom {
  /// Of the random numbers that a rule draws.
  mutating func ruleStream() -> Int { oneIn(2) ? 0 : below(Int(RANDOM_STREAMS)) }

  /// Vocabularies and trees of a size that the reference is done with soon.
  mutating func rejectionSize() -> (maximumNodes: Int, vocabulary: Int) {
    let vocabulary = oneIn(2) ? length(16) : vocabulary()
    return (length(max(3, min(40, 8_000 / vocabulary))), vocabulary)
  }

  /// A row a node; where each node is drawn from its own, rows are alike, so that some children are accepted.
  mutating func draftRows(_ rule: SiblingRule, count: Int, vocabulary: Int) -> WeightRows {
    guard rule == .ownRows else { return WeightRows(rows: count, vocabulary: vocabulary, random: &self) }
    let base = weightRow(vocabulary, empty: false)
    var rows = WeightRows(vocabulary: vocabulary)
    for _ in 0..<count {
      var row = targetRow(like: base)
      if oneIn(4) {  // a looked up token
        row = [UInt32](repeating: 0, count: vocabulary)
        row[below(vocabulary)] = 1
      }
      rows.append(row, random: &self)
    }
    return rows
  }

  mutating func drawnTree(
    _ rule: SiblingRule, _ draft: WeightRows, _ target: WeightRows, maximumNodes: Int, form: TreeForm? = nil
  ) -> RandomTree {
    let vocabulary = draft.vocabulary
    var left = (0..<maximumNodes).map { rule == .oneHot ? target.row($0) : draft.row($0) }
    return tree(form, maximumNodes: maximumNodes) { random, node, parent in
      if random.oneIn(40) {
        return random.element([UInt32(vocabulary), 0xffff_fffe, 0, UInt32(vocabulary - 1)])
      }
      if rule == .oneHot && random.oneIn(2) { return UInt32(random.below(vocabulary)) }
      if rule == .ownRows { return random.draw(draft.row(node)) }
      let token = random.draw(left[parent])
      let isDistinct = rule == .oneHot || rule == .withoutReplacement
      if isDistinct && token != NO_TOKEN { left[parent][Int(token)] = 0 }
      return token
    }
  }

  /// A target row: the draft's own, near it, nearly disjoint, or independent; rarely empty.
  mutating func targetRow(like draft: [UInt32]) -> [UInt32] {
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
