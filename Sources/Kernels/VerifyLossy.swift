import ShaderInterface

extension CommandList {
  /// Ends the round by a lossy test in one launch: `lossyAccept` of each sequence's nodes, then `verifyAccepted`. Lossy:
  /// the law is that of the test.
  ///
  /// A score's error is that of `tokenLogProbability`; thresholds are compared as they are. Nodes of no sequence, and
  /// those of a malformed tree, keep what `accept` and `score` hold.
  /// - Parameters:
  ///   - logits: f32 `[nodes][vocabulary]`.
  ///   - temperature: of all rows, above 0.
  ///   - warps: u32 `[nodes][WARP_WORDS]`, as `distribution` takes them, whose temperatures count in place of
  ///     `temperature`; nil: one for all rows.
  ///   - statistics: f32 `[nodes][4]`, from `rowStatistics` at the same temperatures.
  ///   - best: u32 `[nodes][test.count]`, from `topTokens`; needed if the test counts.
  ///   - divergence: f32 `[nodes]`, from `divergence`; needed for a finite bound.
  ///   - picks: u32 `[nodes][2]`: token, status, from `argmax` or `drawTarget`; the last node's is the bonus token.
  ///   - tree: tokens, parents and state are read.
  ///   - accept: u32 `[nodes]`, 0 or 1.
  ///   - score: f32 `[nodes]`, log-probabilities in nats.
  ///   - combines: what was not accepted before stays so.
  public func verifyLossy(
    _ test: LossyTest, logits: Tensor<Float>, temperature: Double = 1, warps: Tensor<UInt32>? = nil,
    statistics: Tensor<Float>, best: Tensor<UInt32>? = nil, divergence: Tensor<Float>? = nil,
    picks: Tensor<UInt32>, tree: TreeBuffers, accept: Tensor<UInt32>, score: Tensor<Float>, vocabulary: Int,
    combines: Bool = false, sequences: Int = 1
  ) {
    call(.verifyLossy) { kernel throws(Refusal) in
      try requireVocabulary(vocabulary)
      try tree.check(\.tokens, \.parents, sequences: sequences)
      let nodes = tree.tokens.count
      try requireSizes(nodes)
      try test.check()
      try test.checkRows(nodes, logits: logits, vocabulary, statistics, best: best, divergence: divergence)
      try require(tree.parents, nodes, "parents")
      try require(picks, 2 * nodes, "picks")
      try require(accept, nodes, "accept")
      try require(score, nodes, "score")
      let p = test.parameters(
        nodes, maximumNodes: tree.maximumNodes, sequences: sequences, vocabulary: vocabulary,
        combines: combines,
        inverseTemperature: try inverseTemperature(temperature, warps: warps, rows: nodes),
        rowWarps: warps != nil)
      return Invocation(
        kernel, p,
        [
          .read(logits), .read(statistics), .read(test.count > 0 ? best ?? picks : picks),
          .read(test.readsDivergence ? divergence ?? statistics : statistics), .read(picks),
          .read(tree.tokens), .read(tree.parents), .read(tree.state), .readWrite(accept), .write(score),
          .write(tree.result), .read(warps ?? picks),
        ],
        groups: (sequences, 1), specialization: walkLanes(tree.maximumNodes))
    }
  }
}
