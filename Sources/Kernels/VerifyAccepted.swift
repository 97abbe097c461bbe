import ShaderInterface

extension CommandList {
  /// Ends the round at the deepest node whose whole path is accepted; of several, at the likeliest path, then the lowest
  /// node. Lossy: the law is that of the test that accepted.
  ///
  /// - Parameters:
  ///   - accept: u32 `[nodes]`, not 0 for nodes that may stay, from `lossyAccept`.
  ///   - score: f32 `[nodes]`, summed along paths to choose between equally deep ones.
  ///   - picks: u32 `[nodes][2]`: token, status, from `argmax` or `drawTarget`; the last node's is the bonus token.
  public func verifyAccepted(
    _ accept: Tensor<UInt32>, score: Tensor<Float>, picks: Tensor<UInt32>, tree: TreeBuffers,
    sequences: Int = 1
  ) {
    call(.verifyAccepted) { kernel throws(Refusal) in
      try tree.check(\.tokens, \.parents, sequences: sequences)
      let nodes = tree.maximumNodes
      try require(accept, nodes, "accept")
      try require(score, nodes, "score")
      try require(picks, 2 * nodes, "picks")
      let capacity = min(
        tree.tokens.count, tree.parents.count, min(accept.count, score.count, picks.count / 2))
      let p = ShaderInterface.VerifyAccepted(
        maximumNodes: UInt32(nodes), sequences: UInt32(sequences), capacity: UInt32(capacity))
      return Invocation(
        kernel, p,
        [
          .read(accept), .read(score), .read(picks), .read(tree.tokens), .read(tree.parents),
          .read(tree.state), .write(tree.result),
        ],
        groups: (sequences, 1), specialization: walkLanes(nodes))
    }
  }
}
