import ShaderInterface

/// How the children of a node were drawn, which decides the rule that keeps the target's law.
public enum SiblingRule: UInt32, Sendable, CaseIterable {
  /// Independent draws from the draft row (SpecInfer; Leviathan et al. for one child).
  case withReplacement = 0
  /// Each token at most once (recursive rejection sampling; Sequoia). Also for independent paths that were merged where
  /// they begin alike: those that still differ from a rejected child were drawn from the rest of the row.
  case withoutReplacement = 1
  /// Deterministic candidates: the draft gave its token with certainty.
  case oneHot = 2
  /// Independent draws, each accepted with the same probability (k-seq of SpecTr, Sun et al. 2023).
  case kSeq = 3
  /// Each child from a row of its own: draft row i is the law that packed node i was drawn from, given its earlier siblings.
  /// For candidates of several drafters; a looked up or chosen one has a row with one weight (multi-draft rejection as in
  /// SpecInfer, whose drafts differ).
  case ownRows = 4
}

extension CommandList {
  /// Recursive rejection over the children of each node, from the root down; the output law is the target's, exactly.
  ///
  /// Everything is integer arithmetic; ``SiblingRule`` names the papers.
  /// - Parameters:
  ///   - target: a row a node, `[nodes][vocabulary]`.
  ///   - draft: row i is what the children of packed node i were drawn from; rows of leaves are not read, and may be
  ///     missing at the end (any rows when `rule` is one-hot). With ``SiblingRule/ownRows`` what node i itself was drawn
  ///     from: every node but the roots needs its row.
  ///   - tree: tokens, parents and state are read.
  ///   - rule: llvmpipe refuses ``SiblingRule/kSeq`` for trees of more than 235 (vocabulary 151,936) to 546 nodes
  ///     (32,000): its loops would end too early.
  ///   - scratch: u32 `[sequences][vocabulary]`.
  ///   - stream: of random numbers, 0 to 2^24 - 1. A draft whose tokens another verification under the same seed gave, as
  ///     in a cascade of three models, takes another stream than that one: else its tokens depend on the very numbers
  ///     that decide on them, and the law is not the target's.
  public func verifySiblings(
    target: DistributionRows, draft: DistributionRows, tree: TreeBuffers, scratch: Tensor<UInt32>,
    rule: SiblingRule, sequences: Int = 1, stream: Int = 0
  ) {
    call(.verifySiblings) { kernel throws(Refusal) in
      try requireStream(stream, below: RANDOM_STREAMS)
      try tree.check(\.tokens, \.parents, sequences: sequences)
      let capacity = try rejectionCapacity(target: target, draft: draft, tree: tree, rule: rule)
      let draft = draftOperand(draft, target: target, rule: rule)
      try require(scratch, sequences * target.vocabulary, "scratch")
      let p = ShaderInterface.VerifySiblings(
        maximumNodes: UInt32(tree.maximumNodes), vocabulary: UInt32(target.vocabulary), mode: rule.rawValue,
        sequences: UInt32(sequences), capacity: UInt32(capacity),
        draftRows: UInt32(clamping: draft.rows), stream: UInt32(stream))
      return Invocation(
        kernel, p,
        [
          .read(target.weights), .read(target.totals), .read(draft.weights), .read(draft.totals),
          .read(tree.tokens), .read(tree.parents), .read(tree.state),
          .readWrite(scratch), .write(tree.result),
        ],
        groups: (sequences, 1),
        specialization: walkLanes(max(target.vocabulary, tree.maximumNodes)) + [p.mode])
    }
  }
}

/// Checks the rows of a rule that compares target and draft.
/// - Returns: how many nodes the arrays hold.
func rejectionCapacity(
  target: DistributionRows, draft: DistributionRows, tree: TreeBuffers, rule: SiblingRule
) throws(Refusal) -> Int {
  try target.check(rows: tree.maximumNodes, "target")
  if rule != .oneHot {
    try draft.check(rows: 1, "draft")
    try require(
      draft.vocabulary == target.vocabulary,
      "draft vocabulary \(draft.vocabulary), target \(target.vocabulary)")
  }
  return min(target.rows, tree.tokens.count, tree.parents.count)
}

/// The draft's rows as a kernel gets them: one-hot reads none, and a kernel does not get the target's own rows twice.
func draftOperand(_ draft: DistributionRows, target: DistributionRows, rule: SiblingRule) -> DistributionRows
{
  guard rule == .oneHot else { return draft }
  return DistributionRows(weights: target.totals, totals: target.totals, vocabulary: target.vocabulary)
}
