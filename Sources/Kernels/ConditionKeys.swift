import ShaderInterface

extension CommandList {
  /// Stochastic beam search (Kool et al., 2019) over a growing tree: turns the Gumbel keys of each node's children, as
  /// `drawGumbel` writes them, into keys whose greatest is the node's own. The `width` best of a depth, which `growTree`
  /// keeps with `accumulates: false`, are then sequences without replacement: the drafts of RSD-S (Jeon et al., 2024).
  /// For that each row's `count` is at least the width, or all tokens of its law.
  ///
  /// With G the node's key, phi the sum of log-probabilities down to it (both 0 at the root), k a child's key and Z the
  /// greatest of them: -log(e^-G - e^-(phi + Z) + e^-(phi + k)), as G - softplus(G - (phi + k) + log(1 - e^(k - Z))).
  /// Within 10 * 2^-24 of 1 + |G| + |phi + k| + |log(1 - e^(k - Z))|, of this child or one before it: children stay in
  /// the order of their draws. A sum is off by what a key of `drawGumbel` is, its noise apart, a depth.
  ///
  /// Recursive rejection (``SiblingRule/withoutReplacement``) of the nodes that stay keeps the target's law, as the
  /// tests enumerate: whether a node's next child stays depends on when it comes, never on which token it is. Three
  /// things are needed: rows with independent noise (`independentRows`), children in the order of their keys, which
  /// `growTree` gives its rows, and every node that was kept in its depth, with or without children, in the tree. So
  /// the tree is the draft's own (``TreeGrowth/nodeTokens`` and ``TreeGrowth/nodeParents``), not what `selectTree`
  /// makes of the scores. What is not exact are the fp32 keys, as in `drawGumbel`.
  /// - Parameters:
  ///   - growth: scores and rows are read.
  ///   - sums: f32 of the shape of ``TreeGrowth/scores``: sums of log-probabilities; those of these rows are written.
  ///   - law: distribution rows `[sequences][inputRows]`, those that `drawGumbel` read.
  ///   - tokens: u32 `[sequences][inputRows][count]`, as `drawGumbel` writes them.
  ///   - keys: f32, likewise, greatest first.
  ///   - out: f32 of that shape, for `growTree`; -infinity where there is no child.
  ///   - firstRow: of the depth.
  ///   - rows: of the depth.
  ///   - firstInput: which of a sequence's input rows, and of `out`, is the depth's first.
  ///   - inputRows: rows that each sequence has in the inputs and in `out`; nil: `firstInput + rows`.
  public func conditionKeys(
    _ growth: TreeGrowth, sums: Tensor<Float>, law: DistributionRows, tokens: Tensor<UInt32>,
    keys: Tensor<Float>, out: Tensor<Float>, firstRow: Int, rows: Int, firstInput: Int = 0,
    inputRows: Int? = nil
  ) {
    call(.conditionKeys) { kernel throws(Refusal) in
      try growth.check(usesTokens: false)
      try requireSizes(firstRow, rows, firstInput, inputRows ?? 0)
      try require(
        rows >= 1 && firstRow + rows <= growth.maximumRows,
        "\(firstRow) + \(rows) rows of \(growth.maximumRows)")
      let (stride, inputs) = try growth.inputs(rows: rows, first: firstInput, stride: inputRows)
      try law.check(rows: inputs, "draft")
      try require(sums, growth.sequences * growth.maximumRows * growth.count, "sums")
      try require(tokens, inputs * growth.count, "tokens")
      try require(keys, inputs * growth.count, "keys")
      try require(out, inputs * growth.count, "out")
      let p = ShaderInterface.ConditionKeys(
        sequences: UInt32(growth.sequences), firstRow: UInt32(firstRow), rows: UInt32(rows),
        maximumRows: UInt32(growth.maximumRows), count: UInt32(growth.count),
        vocabulary: UInt32(law.vocabulary), firstInput: UInt32(firstInput), inputRows: UInt32(stride))
      return Invocation(
        kernel, p,
        [
          .read(law.weights), .read(law.totals), .read(tokens), .read(keys), .read(growth.rowParents),
          .read(growth.scores), .readWrite(sums), .write(out),
        ], groups: (rows, growth.sequences))
    }
  }
}
