import ShaderInterface

extension CommandList {
  /// Joins the spans that `treeAttention` with a split computes apart, in their order, by a running maximum and sum
  /// (Milakov and Gimelshein, 2018).
  ///
  /// The bits of `treeAttention` without a split, so its error too.
  /// - Parameters:
  ///   - parts: f32 `[rows][heads][spans][headSize + 4]`: weighted values, maximum, sum, 1 if the span exists.
  ///   - out: f32 `[rows][heads * headSize]`.
  public func attentionMerge(
    _ parts: Tensor<Float>, out: Tensor<Float>, rows: Int, heads: Int, headSize: Int, spans: Int,
    significantBits: UInt32 = ACTIVATION_BITS_F16
  ) {
    call(.attentionMerge) { kernel throws(Refusal) in
      try requireSizes(rows, heads, headSize, spans)
      try require(
        heads >= 1 && headSize >= 2 && headSize % 2 == 0 && headSize <= 256, "\(heads) heads of \(headSize)")
      try requireSignificantBits(significantBits)
      // Groups are limited to 65,535 in each direction.
      try require(
        rows <= 65_535 && heads <= 65_535 && spans >= 1, "\(rows) rows, \(heads) heads, \(spans) spans")
      try require(parts, rows * heads * spans * (headSize + Int(PART_WORDS)), "parts")
      try require(out, rows * heads * headSize, "out")
      let p = ShaderInterface.AttentionMerge(
        rows: U32(rows), heads: U32(heads), headSize: U32(headSize), spans: U32(spans),
        significantBits: significantBits)
      return Invocation(kernel, p, [.read(parts), .write(out)], groups: (rows, heads))
    }
  }
}
