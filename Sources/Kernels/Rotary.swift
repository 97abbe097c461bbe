import ShaderInterface

extension CommandList {
  /// Rotary position embedding, half-split (Su et al., 2021), of queries and keys; values pass by.
  ///
  /// - Parameters:
  ///   - projected: f32 `[rows][(heads + 2 * keyHeads) * headSize]`: query, key, value.
  ///   - table: f32 `[positions][headSize / 2][2]`, cosine and sine.
  ///   - depths: depth of in-flight row `firstRow + r`; position = state length + depth.
  ///   - out: f32 `[rows][(heads + keyHeads) * headSize]`, the query rounded to `significantBits`.
  public func rotary(
    projected: Tensor<Float>, table: Tensor<Float>, depths: Tensor<UInt32>, state: Tensor<UInt32>,
    out: Tensor<Float>,
    rows: Int, firstRow: Int = 0, heads: Int, keyHeads: Int, headSize: Int,
    significantBits: UInt32 = ACTIVATION_BITS_F16
  ) {
    require(rows > 0 && headSize > 0 && headSize % 2 == 0, "rotary", "\(rows) rows, head size \(headSize)")
    require(projected, rows * (heads + 2 * keyHeads) * headSize, "rotary", "projected")
    require(table, headSize, "rotary", "table")
    require(depths, firstRow + rows, "rotary", "depths")
    require(state, Int(STATE_WORDS), "rotary", "state")
    require(out, rows * (heads + keyHeads) * headSize, "rotary", "out")
    let p = ShaderInterface.Rotary(
      rows: UInt32(rows), firstRow: UInt32(firstRow), heads: UInt32(heads), keyHeads: UInt32(keyHeads),
      headSize: UInt32(headSize), inputColumns: UInt32((heads + 2 * keyHeads) * headSize),
      significantBits: significantBits)
    dispatch(
      Invocation(
        .rotary, p, [.read(projected), .read(table), .read(depths), .read(state), .write(out)],
        groups: Invocation.elementGroups(rows * (heads + keyHeads) * headSize / 2)))
  }
}
