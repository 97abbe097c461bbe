import ShaderInterface

extension CommandList {
  /// Traversal verification of drawn trees: leaves first, the first accepted node ends the round with the path to it.
  /// The output law is the target's, exactly, where `draft` is what the nodes were drawn from.
  ///
  /// On a chain this is block verification (Sun et al., arXiv 2403.10444), which accepts more than token rejection; on
  /// a tree, traversal verification (Weng et al., arXiv 2505.12398). Children must be drawn with ``DraftKeys/node``.
  ///
  /// Independent paths that were merged where they begin alike are verified with ``SiblingRule/withoutReplacement``:
  /// those that still differ from a removed child were drawn from the rest of the row. Greedy multi-path block
  /// verification (Thomas and Pal, arXiv 2602.16961) is another rule for such paths: `selectPath` says which suits when.
  /// - Parameters:
  ///   - target: a row a node, `[nodes][vocabulary]`; the kernel uses its weights up: what they are afterwards depends on
  ///   the device.
  ///   - draft: row i is what the children of packed node i were drawn from; rows of leaves are not read, and may be
  ///     missing at the end (any rows when `rule` is one-hot). With ``SiblingRule/ownRows`` what node i itself was drawn
  ///     from: every node but the roots needs its row.
  ///   - tree: tokens, parents and state are read.
  ///   - rule: not ``SiblingRule/kSeq``.
  ///   - stream: of random numbers, 0 to 2^24 - 1, as `verifySiblings` has it.
  public func verifyTraversal(
    target: DistributionRows, draft: DistributionRows, tree: TreeBuffers, rule: SiblingRule,
    sequences: Int = 1, stream: Int = 0
  ) {
    call(.verifyTraversal) { kernel throws(Refusal) in
      try requireStream(stream, below: RANDOM_STREAMS)
      try require(rule != .kSeq, "no traversal with k-seq, which is a rule for the children of one node")
      try tree.check(\.tokens, \.parents, sequences: sequences)
      let capacity = try rejectionCapacity(target: target, draft: draft, tree: tree, rule: rule)
      let draft = draftOperand(draft, target: target, rule: rule)
      let p = ShaderInterface.VerifyTraversal(
        maximumNodes: UInt32(tree.maximumNodes), vocabulary: UInt32(target.vocabulary), mode: rule.rawValue,
        sequences: UInt32(sequences), capacity: UInt32(capacity),
        draftRows: UInt32(clamping: draft.rows), stream: UInt32(stream))
      return Invocation(
        kernel, p,
        [
          .readWrite(target.weights), .read(target.totals), .read(draft.weights), .read(draft.totals),
          .read(tree.tokens), .read(tree.parents), .read(tree.state), .write(tree.result),
        ],
        groups: (sequences, 1),
        specialization: walkLanes(max(target.vocabulary, tree.maximumNodes)) + [p.mode])
    }
  }
}
