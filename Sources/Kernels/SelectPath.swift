import ShaderInterface

extension CommandList {
  /// Leaves of several independent paths the best one, and the law by which the best comes about: greedy multi-path
  /// block verification (Thomas and Pal, arXiv 2602.16961) up to the block verification itself.
  ///
  /// The path that takes the best child at each node is selected. A token is the better the likelier the target finds it
  /// than the draft does, in classes, four to a factor of two; beyond 1/6 and 6.7 all are of one class. Within a class
  /// the order is fixed. Since it looks at the rows alone, the tokens of the selected path have a law that follows from
  /// the rows along it; it takes the place of the draft's, and block verification then keeps the target's law:
  ///
  /// ```swift
  /// list.mergePaths(drawn, count: 3, length: 5, into: tree, nodes: nodes)
  /// list.selectPath(target: target, draft: draft, tree: tree, paths: 3)
  /// list.verifyTraversal(target: target, draft: draft, tree: tree, rule: .withReplacement)
  /// ```
  ///
  /// Paths must be drawn with replacement and ``DraftKeys/node``, and be in the tree with all their tokens, merged: it needs
  /// room for 1 + paths * length nodes. Draft rows that stand in the order of paths, each the law after its token, go to
  /// their nodes by `scatterRows`, with `nodes` as targets and the batch's `sequences`; the root's row is the one that
  /// the first tokens were drawn from.
  ///
  /// The rule keeps the law exactly, and so do its integers as long as the draft's totals to the power of paths * length
  /// stay below 2^31: that is what the tests enumerate. Beyond, sums are cut to 31 bits. Rows of `distribution`, whose
  /// totals are near 2^30, always are: for K paths of L tokens, and n tokens with a weight in a row, the law of a round
  /// is then within L (n + K L + K³) 2^-29 of the target's in total variation, 0.0003 for 3 paths of 5 tokens among 32,000.
  /// Traversal of the same paths has no such distance.
  ///
  /// Enumerated for two, three and four paths of two tokens, on 20 random languages of four tokens, a round gives 1.56,
  /// 1.64 and 1.68 tokens where the draft knows nothing of the target (1.39 with one path; traversal of the same paths
  /// 1.54, 1.62, 1.67; sibling rejection 1.53, 1.61, 1.66), but 2.40, 2.37 and 2.33 where the draft is right but for a
  /// quarter (2.26; traversal 2.40, 2.46, 2.50; sibling rejection 2.37, 2.42, 2.44): the best of many paths is too good
  /// to look like the target's. There it was ahead for a weak draft, and traversal for a strong one with more paths.
  /// - Parameters:
  ///   - target: a row a node, `[nodes][vocabulary]`.
  ///   - draft: row i is what the children of packed node i were drawn from; rows of leaves are not read, and may be
  ///     missing at the end. Those of nodes with a selected child become the law of that child's token.
  ///   - tree: parents and state are read; `tokens` but the root's and those of the selected path become `NO_TOKEN`.
  ///   - paths: how many were drawn, 1 to 16. The law follows from it: another number than that of `mergePaths` is an
  ///     error that no status shows.
  ///   - sequences: trees in the batch.
  public func selectPath(
    target: DistributionRows, draft: DistributionRows, tree: TreeBuffers, paths: Int, sequences: Int = 1
  ) {
    call(.selectPath) { kernel throws(Refusal) in
      try tree.check(\.tokens, \.parents, usesResult: false, sequences: sequences)
      let capacity = try rejectionCapacity(target: target, draft: draft, tree: tree, rule: .withReplacement)
      try require(
        (1...Int(MAXIMUM_PATHS)).contains(paths), "\(paths) paths, 1 to \(MAXIMUM_PATHS) are possible")
      let p = ShaderInterface.SelectPath(
        maximumNodes: UInt32(tree.maximumNodes), vocabulary: UInt32(target.vocabulary), paths: UInt32(paths),
        sequences: UInt32(sequences), capacity: UInt32(capacity), draftRows: UInt32(clamping: draft.rows))
      return Invocation(
        kernel, p,
        [
          .read(target.weights), .read(target.totals), .readWrite(draft.weights), .readWrite(draft.totals),
          .readWrite(tree.tokens), .read(tree.parents), .read(tree.state),
        ],
        groups: (sequences, 1),
        specialization: walkLanes(max(target.vocabulary, tree.maximumNodes)) + [p.paths])
    }
  }
}
