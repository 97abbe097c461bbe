import ShaderInterface

extension CommandList {
  /// The target's own token at each tree node, drawn with the key (seed, absolute position), so it does not depend on the tree.
  ///
  /// - Parameters: - depths: u32 `[rows]`.  - out: u32 `[rows][2]`: token, status.
  public func drawTarget(
    _ rows: DistributionRows, depths: Tensor<UInt32>, state: Tensor<UInt32>, out: Tensor<UInt32>, count: Int
  ) {
    call(.drawTarget) { kernel throws(Refusal) in
      try requireSizes(count)
      try rows.check(rows: count, "target")
      try requireState(state)
      try require(depths, count, "depths")
      try require(out, count * 2, "out")
      let p = ShaderInterface.DrawTarget(rows: UInt32(count), vocabulary: UInt32(rows.vocabulary))
      return Invocation(
        kernel, p, [.read(rows.weights), .read(rows.totals), .read(depths), .read(state), .write(out)],
        groups: (count, 1), specialization: [walkLanes(rows.vocabulary)])
    }
  }
}
