import ShaderInterface

/// Which elements of a head turn together.
public enum RotaryPairing: Sendable, CaseIterable {
  /// i with i + rotarySize / 2, as Llama checkpoints in the transformers format have them (GPT-NeoX).
  case halves
  /// 2 * i with 2 * i + 1, as in the paper and in GPT-J.
  case interleaved

  var code: U32 { self == .halves ? ROTARY_HALVES : ROTARY_INTERLEAVED }
}

/// The rows whose heads turn in one call.
struct RotaryRows {
  let rows, firstRow, heads, keyHeads, headSize: Int
  /// Elements of a head that turn.
  let turning: Int

  init(rows: Int, firstRow: Int, heads: Int, keyHeads: Int, headSize: Int, turning: Int) throws(Refusal) {
    try requireSizes(rows, firstRow, heads, keyHeads, headSize, turning)
    try require(rows > 0 && headSize > 0 && headSize % 2 == 0, "\(rows) rows, head size \(headSize)")
    try require(
      turning > 0 && turning <= headSize && turning % 2 == 0, "\(turning) of \(headSize) elements turn")
    try require(heads >= 1 && keyHeads >= 0, "\(heads) heads, \(keyHeads) key heads")
    self.rows = rows
    self.firstRow = firstRow
    self.heads = heads
    self.keyHeads = keyHeads
    self.headSize = headSize
    self.turning = turning
  }

  var inputColumns: Int { (heads + 2 * keyHeads) * headSize }

  func check(
    projected: Tensor<Float>, table: Tensor<Float>, depths: Tensor<UInt32>, state: Tensor<UInt32>,
    batch: SequenceBatch?, out: Tensor<Float>
  ) throws(Refusal) {
    try require(projected, rows * inputColumns, "projected")
    try require(table, turning, "table")
    try require(depths, firstRow + rows, "depths")
    try batch.check(state: state, rows: firstRow + rows)
    try require(out, rows * (heads + keyHeads) * headSize, "out")
  }
}

extension CommandList {
  /// Rotary position embedding (Su et al., 2021) of queries and keys; values are left out.
  ///
  /// Error: 3 * 2^-24 (|a cos| + |b sin|) for a pair (a, b), and 2^-significantBits of a query.
  /// - Parameters:
  ///   - projected: f32 `[rows][(heads + 2 * keyHeads) * headSize]`: query, key, value.
  ///   - table: f32 `[positions][rotarySize / 2][2]`, cosine and sine; a position outside it gives a row of zeros.
  ///   - depths: u32 `[firstRow + rows]`; position of in-flight row `firstRow + r` = state length + depth.
  ///   - state: u32 `[sequences][STATE_WORDS]`.
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
      let shape = try RotaryRows(
        rows: rows, firstRow: firstRow, heads: heads, keyHeads: keyHeads, headSize: headSize,
        turning: rotarySize ?? headSize)
      try requireSignificantBits(significantBits)
      try shape.check(
        projected: projected, table: table, depths: depths, state: state, batch: batch, out: out)
      let p = ShaderInterface.Rotary(
        rows: U32(rows), firstRow: U32(firstRow), heads: U32(heads), keyHeads: U32(keyHeads),
        headSize: U32(headSize), inputColumns: U32(shape.inputColumns), significantBits: significantBits,
        rotarySize: U32(shape.turning), pairing: pairing.code, sequences: U32(batch.sequences))
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
