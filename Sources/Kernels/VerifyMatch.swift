import ShaderInterface

extension CommandList {
  /// Walks from the root to the child that carries the target's pick; the pick no child carries is the bonus token.
  ///
  /// Lossless for any tree that was built without looking at the picks: with those of `argmax` it is greedy
  /// verification (Stern et al., 2018; on trees Miao et al., 2024). Exact: tokens are compared.
  /// - Parameters:
  ///   - picks: u32 `[nodes][pickStride]`: token, status, from `argmax` or `drawTarget`; the second pair of what
  ///     `drawShared` writes with a stride of 4 and an offset of 2.
  ///   - tree: reads `tokens`, `parents` and `state`; writes `result`.
  ///   - pickStride: words of a row, at least 1.
  ///   - pickOffset: which word of a row is the token.
  ///   - hasStatus: whether the next word is its status; otherwise every pick is good.
  public func verifyMatch(
    picks: Tensor<UInt32>, tree: TreeBuffers, sequences: Int = 1, pickStride: Int = 2, pickOffset: Int = 0,
    hasStatus: Bool = true
  ) {
    call(.verifyMatch) { kernel throws(Refusal) in
      try tree.check(\.tokens, \.parents, sequences: sequences)
      try requireSizes(pickStride, pickOffset)
      try require(
        pickOffset + (hasStatus ? 2 : 1) <= pickStride,
        "a pick\(hasStatus ? " with a status" : "") at word \(pickOffset) of \(pickStride)")
      try require(picks, tree.maximumNodes * pickStride, "picks")
      let p = ShaderInterface.VerifyMatch(
        maximumNodes: UInt32(tree.maximumNodes), pickStride: UInt32(pickStride),
        sequences: UInt32(sequences),
        capacity: UInt32(min(tree.tokens.count, tree.parents.count, picks.count / pickStride)),
        pickOffset: UInt32(pickOffset), hasStatus: hasStatus ? 1 : 0)
      return Invocation(
        kernel, p,
        [.read(picks), .read(tree.tokens), .read(tree.parents), .read(tree.state), .write(tree.result)],
        groups: (sequences, 1), specialization: walkLanes(tree.maximumNodes))
    }
  }
}
