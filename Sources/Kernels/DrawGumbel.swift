import ShaderInterface

extension CommandList {
  /// Tokens without replacement by Gumbel-top-k (Vieira, 2014; Kool et al., 2019): those of the greatest log(p) +
  /// noise.
  ///
  /// The keys are what stochastic beams need (RSD-S: Jeon et al., 2024). The law is that of fp32 keys: close to drawing
  /// without replacement, not equal; `drawChildren` draws it exactly. The noise has 32 random bits and is within 2^-22
  /// and 2^-23 of itself; a key besides within 2^-23 (2 + log weight + log total), 2^-24 of their difference and 2^-24
  /// of itself.
  /// - Parameters:
  ///   - rows: a distribution row for each packed node.
  ///   - depths: u32 `[rowCount]`.
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - tokens: u32 `[rows][count]`, greatest key first, `NO_TOKEN` once none of positive weight is left.
  ///   - keys: f32 `[rows][count]`, -infinity there.
  ///   - count: at most 256.
  ///   - independentRows: noise of its own for each node; otherwise nodes at one position of a sequence share it.
  ///   - batch: the sequences of the rows; nil for one sequence.
  ///   - stream: of noise, 0 to 2^32 - 1: noise of another stream is independent. With `independentRows` node i of a
  ///     sequence has stream + i, modulo 2^32.
  ///   - lanes: of a work group, 4, 8 ... 256; nil suits the device and no choice changes a bit.
  public func drawGumbel(
    _ rows: DistributionRows, depths: Tensor<UInt32>, state: Tensor<UInt32>, tokens: Tensor<UInt32>,
    keys: Tensor<Float>, rowCount: Int, count: Int, independentRows: Bool, batch: SequenceBatch? = nil,
    stream: Int = 0, lanes: Int? = nil
  ) {
    call(.drawGumbel) { kernel throws(Refusal) in
      try requireSizes(rowCount, count)
      try requireStream(stream)
      try rows.check(rows: rowCount, "draft")
      try require((1...256).contains(count), "\(count) tokens a row; 1 to 256 are possible")
      try batch.check(state: state, rows: rowCount)
      try require(depths, rowCount, "depths")
      try require(tokens, rowCount * count, "tokens")
      try require(keys, rowCount * count, "keys")
      let p = ShaderInterface.DrawGumbel(
        rows: UInt32(rowCount), vocabulary: UInt32(rows.vocabulary), sequences: UInt32(batch.sequences),
        count: UInt32(count), rowStreams: independentRows ? 1 : 0,
        stream: UInt32(stream))
      return Invocation(
        kernel, p,
        [
          .read(rows.weights), .read(rows.totals), .read(depths), .read(state),
          .read(batch.owners(or: state)),
          .write(tokens), .write(keys),
        ], groups: (rowCount, 1), specialization: try rowLanes(lanes, rows.vocabulary, passes: 14))
    }
  }
}
