import ShaderInterface

extension CommandList {
  /// The log-probabilities in nats of `count` given tokens a row, those of `topTokens` for instance: each logit over
  /// the temperature, less the row's log-sum-exp.
  ///
  /// (z - m) - log S with the maximum m and S = sum of exp(z - m). Sum order: 256 interleaved lanes, then a halving
  /// tree. Error for z within 20 of 0: (vocabulary / 256 + 52) * 2^-24 + 2^-22 (40 + log vocabulary) nats, and 80 *
  /// 2^-24 more at a temperature other than 1.
  /// - Parameters:
  ///   - logits: f32 `[rows][vocabulary]`.
  ///   - tokens: u32 `[rows][count]`.
  ///   - temperature: of all rows, above 0.
  ///   - warps: u32 `[rows][WARP_WORDS]`, as `distribution` takes them, whose temperatures count in place of
  ///     `temperature`; nil: one for all rows.
  ///   - out: f32 `[rows][count]`, -infinity for a banned token, NaN for one outside the vocabulary and where the row
  ///     is not finite.
  ///   - status: u32 `[rows]`: `STATUS_NOT_FINITE` as in `rowStatistics`, `STATUS_MALFORMED_DRAFT` for a token outside the
  ///     vocabulary.
  public func tokenLogProbability(
    _ logits: Tensor<Float>, tokens: Tensor<UInt32>, temperature: Double = 1, warps: Tensor<UInt32>? = nil,
    out: Tensor<Float>, status: Tensor<UInt32>, rows: Int, vocabulary: Int, count: Int = 1
  ) {
    call(.tokenLogProbability) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary, count)
      try requireVocabulary(vocabulary)
      try require(rows > 0 && count > 0, "\(rows) rows of \(count) tokens")
      try require(logits, rows * vocabulary, "logits")
      try require(tokens, rows * count, "tokens")
      try require(out, rows * count, "out")
      try require(status, rows, "status")
      let p = ShaderInterface.TokenLogProbability(
        rows: UInt32(rows), vocabulary: UInt32(vocabulary), count: UInt32(count),
        inverseTemperature: try inverseTemperature(temperature, warps: warps, rows: rows),
        rowWarps: warps == nil ? 0 : 1)
      return Invocation(
        kernel, p,
        [
          .read(logits), .read(tokens), .write(out), .write(status),
          warps.map { .read($0) } ?? .read(tokens),
        ], groups: (rows, 1),
        specialization: temperatureConstants(temperature, warps: warps))
    }
  }
}
