import ShaderInterface

extension CommandList {
  /// Ends the round at the deepest node whose whole path is accepted; of several, at the likeliest path, then the
  /// lowest node (Medusa, Cai et al. 2024). Lossy: the law is that of the test that accepted.
  ///
  /// Exact, but for the fp32 sums of scores that choose between equally deep paths: from the node up, each addition
  /// rounded.
  /// - Parameters:
  ///   - accept: u32 `[nodes]`, not 0 for nodes that may stay, from `lossyAccept` or `clusterAccept`.
  ///   - score: f32 `[nodes]`, summed along paths to choose between equally deep ones.
  ///   - picks: u32 `[nodes][2]`: token, status, from `argmax` or `drawTarget`; the last node's is the bonus token.
  ///   - endPicks: of the same shape, for nodes without children where what follows them has another law; nil: `picks`.
  ///   - tree: tokens, parents and state are read.
  public func verifyAccepted(
    _ accept: Tensor<UInt32>, score: Tensor<Float>, picks: Tensor<UInt32>,
    endPicks: Tensor<UInt32>? = nil, tree: TreeBuffers, sequences: Int = 1
  ) {
    call(.verifyAccepted) { kernel throws(Refusal) in
      try tree.check(\.tokens, \.parents, sequences: sequences)
      let nodes = tree.maximumNodes
      try require(accept, nodes, "accept")
      try require(score, nodes, "score")
      try require(picks, 2 * nodes, "picks")
      if let endPicks { try require(endPicks, 2 * nodes, "endPicks") }
      let picked = min(picks.count, endPicks?.count ?? picks.count) / 2
      let capacity = min(tree.tokens.count, tree.parents.count, min(accept.count, score.count, picked))
      let p = ShaderInterface.VerifyAccepted(
        maximumNodes: UInt32(nodes), sequences: UInt32(sequences), capacity: UInt32(capacity),
        hasEndPicks: endPicks == nil ? 0 : 1)
      return Invocation(
        kernel, p,
        [
          .read(accept), .read(score), .read(picks), .read(endPicks ?? picks), .read(tree.tokens),
          .read(tree.parents),
          .read(tree.state), .write(tree.result),
        ],
        groups: (sequences, 1), specialization: walkLanes(nodes))
    }
  }
}
