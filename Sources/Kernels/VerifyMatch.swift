import ShaderInterface

extension CommandList {
  /// Walks from the root to the child that carries the target's pick; the pick no child carries is the bonus token.
  ///
  /// Lossless for any tree that was built without looking at the picks: with those of `argmax` it is greedy
  /// verification (Stern et al., 2018; on trees Miao et al., 2024). Exact: tokens are compared.
  /// - Parameters:
  ///   - picks: u32 `[nodes][2]`: token, status, from `argmax` or `drawTarget`.
  ///   - tree: reads `tokens`, `parents` and `state`; writes `result`.
  public func verifyMatch(picks: Tensor<UInt32>, tree: TreeBuffers, sequences: Int = 1) {
    call(.verifyMatch) { kernel throws(Refusal) in
      try tree.check(\.tokens, \.parents, sequences: sequences)
      try require(picks, tree.maximumNodes * 2, "picks")
      let p = ShaderInterface.VerifyMatch(
        maximumNodes: UInt32(tree.maximumNodes), pickStride: 2, sequences: UInt32(sequences),
        capacity: UInt32(min(tree.tokens.count, tree.parents.count, picks.count / 2)))
      return Invocation(
        kernel, p,
        [.read(picks), .read(tree.tokens), .read(tree.parents), .read(tree.state), .write(tree.result)],
        groups: (sequences, 1), specialization: walkLanes(tree.maximumNodes))
    }
  }
}
