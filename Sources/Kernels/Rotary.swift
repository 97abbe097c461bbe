import ShaderInterface

/// Which elements of a head turn together.
public enum RotaryPairing: Sendable, CaseIterable {
  /// i with i + rotarySize / 2, as Llama checkpoints in the transformers format have them (GPT-NeoX).
  case halves
  /// 2 * i with 2 * i + 1, as in the paper and in GPT-J.
  case interleaved
}

extension CommandList {
  /// Rotary position embedding (Su et al., 2021) of queries and keys; values are left out.
  ///
  /// - Parameters:
  ///   - projected: f32 `[rows][(heads + 2 * keyHeads) * headSize]`: query, key, value.
  ///   - table: f32 `[positions][rotarySize / 2][2]`, cosine and sine.
  ///   - depths: depth of in-flight row `firstRow + r`; position = state length + depth.
  ///   - batch: whose rows they are; nil for one sequence.
  ///   - out: f32 `[rows][(heads + keyHeads) * headSize]`, the query rounded to `significantBits`.
  ///   - rotarySize: elements of each head that turn, the first ones, even; all of them by default. The others
  ///     pass, rounded alike.
  public func rotary(
    projected: Tensor<Float>, table: Tensor<Float>, depths: Tensor<UInt32>, state: Tensor<UInt32>,
    batch: SequenceBatch? = nil, out: Tensor<Float>,
    rows: Int, firstRow: Int = 0, heads: Int, keyHeads: Int, headSize: Int,
    rotarySize: Int? = nil, pairing: RotaryPairing = .halves, significantBits: UInt32 = ACTIVATION_BITS_F16
  ) {
    call(.rotary) { kernel throws(Refusal) in
      try requireSizes(rows, firstRow, heads, keyHeads, headSize, rotarySize ?? 0)
      let turning = rotarySize ?? headSize
      try require(rows > 0 && headSize > 0 && headSize % 2 == 0, "\(rows) rows, head size \(headSize)")
      try require(
        turning > 0 && turning <= headSize && turning % 2 == 0,
        "\(turning) of \(headSize) elements turn")
      try require(heads >= 1 && keyHeads >= 0, "\(heads) heads, \(keyHeads) key heads")
      try requireSignificantBits(significantBits)
      try require(projected, rows * (heads + 2 * keyHeads) * headSize, "projected")
      try require(table, turning, "table")
      try require(depths, firstRow + rows, "depths")
      try batch.check(state: state, rows: firstRow + rows)
      try require(out, rows * (heads + keyHeads) * headSize, "out")
      let p = ShaderInterface.Rotary(
        rows: UInt32(rows), firstRow: UInt32(firstRow), heads: UInt32(heads), keyHeads: UInt32(keyHeads),
        headSize: UInt32(headSize), inputColumns: UInt32((heads + 2 * keyHeads) * headSize),
        significantBits: significantBits, rotarySize: UInt32(turning),
        pairing: pairing == .halves ? ROTARY_HALVES : ROTARY_INTERLEAVED,
        sequences: UInt32(batch.sequences))
      return Invocation(
        kernel, p,
        [
          .read(projected), .read(table), .read(depths), .read(state), .read(batch.owners(or: state)),
          .write(out),
        ],
        groups: Invocation.elementGroups(rows * (heads + keyHeads) * headSize / 2))
    }
  }
}
