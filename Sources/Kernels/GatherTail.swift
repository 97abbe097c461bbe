import ShaderInterface

extension CommandList {
  /// Commits the inputs of a convolution: the tail becomes the last width - 1 of the old tail and the accepted rows, or
  /// all rows where they follow one another (no parents, no result). Exact.
  ///
  /// - Parameters:
  ///   - x: f32 `[rows][channels]`, as `treeConvolution` read it.
  ///   - place: where the channels lie in wider rows; nil: rows of these alone.
  ///   - rows: those of `treeConvolution`. Without parents all of a sequence's are committed: of one alone
  ///     0 ..< `rows.count`, whatever its `STATE_NODES`.
  ///   - tail: f32 `[sequences][width - 1][channels]`.
  ///   - result: u32 `[sequences][resultWords]`; a sequence whose round has a status keeps its tail.
  ///   - maximumNodes: of a tree, as its result has them.
  public func gatherTail(
    _ x: Tensor<Float>, at place: RowColumns? = nil, result: Tensor<UInt32>? = nil, maximumNodes: Int = 1,
    rows: RecurrentRows, tail: Tensor<Float>, channels: Int, width: Int
  ) {
    call(.gatherTail) { kernel throws(Refusal) in
      try requireTail(tail, rows: rows, channels: channels, width: width)
      try require(
        (result != nil) == (rows.parents != nil),
        "a tree has parents and a result, rows in order have neither")
      try requireSizes(maximumNodes)
      if let result { try requireResult(result, maximumNodes: maximumNodes, rows: rows) }
      let input = try place.check(channels, of: x, rows: rows.count, "x")
      let p = ShaderInterface.GatherTail(
        sequences: UInt32(rows.sequences), maximumNodes: UInt32(maximumNodes),
        resultWords: UInt32(TreeBuffers.resultWords(maximumNodes: maximumNodes)), rows: UInt32(rows.count),
        channels: UInt32(channels), width: UInt32(width), isTree: result == nil ? 0 : 1,
        inputStride: input.stride, inputFirst: input.first)
      return Invocation(
        kernel, p, [.read(result ?? rows.state), .read(rows.state), .read(x), .readWrite(tail)],
        groups: ((channels + 63) / 64, rows.sequences))
    }
  }
}
