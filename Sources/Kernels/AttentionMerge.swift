import ShaderInterface

extension CommandList {
  /// Joins the chunks that ``treeAttention`` with a split computes apart, in their order.
  ///
  /// - Parameters:
  ///   - parts: f32 `[rows][heads][chunks][headSize + 4]`: weighted values, maximum, sum, 1 if the chunk exists.
  ///   - out: f32 `[rows][heads * headSize]`.
  public func attentionMerge(
    _ parts: Tensor<Float>, out: Tensor<Float>, rows: Int, heads: Int, headSize: Int, chunks: Int,
    significantBits: UInt32 = ACTIVATION_BITS_F16
  ) {
    require(
      rows > 0 && heads > 0 && headSize > 0 && headSize % 2 == 0 && headSize <= 256, "attentionMerge",
      "\(rows) rows, \(heads) heads of \(headSize)")
    require(parts, rows * heads * chunks * (headSize + Int(PART_WORDS)), "attentionMerge", "parts")
    require(out, rows * heads * headSize, "attentionMerge", "out")
    let p = ShaderInterface.AttentionMerge(
      rows: U32(rows), heads: U32(heads), headSize: U32(headSize), chunks: U32(chunks),
      significantBits: significantBits)
    dispatch(Invocation(.attentionMerge, p, [.read(parts), .write(out)], groups: (rows, heads)))
  }
}
