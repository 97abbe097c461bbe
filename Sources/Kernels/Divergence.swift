import ShaderInterface

extension CommandList {
  /// The Kullback-Leibler divergence KL(p || q) in nats of two laws given as logits, row by row.
  ///
  /// The sum of p log(p / q) (Kullback and Leibler, 1951). +infinity where q bans a token that p can give; rounding
  /// never leaves it below 0. Sum order: 256 interleaved lanes, then a halving tree. Error for logits over the
  /// temperature that are within 20 of 0 and differ by at most d: 2 S (1 + d) + 10 * 2^-24 (43 + log vocabulary) nats,
  /// S = (vocabulary / 256 + 52) * 2^-24, and 40 * 2^-24 (2 + 4 d) more at a temperature other than 1.
  /// - Parameters:
  ///   - p: f32 `[rows][vocabulary]`.
  ///   - q: f32 `[rows][vocabulary]`.
  ///   - temperature: of both laws in all rows, above 0.
  ///   - warps: u32 `[rows][WARP_WORDS]`, as `distribution` takes them, whose temperatures count in place of
  ///     `temperature`; nil: one for all rows.
  ///   - out: f32 `[rows]`, NaN with a status.
  ///   - status: u32 `[rows]`: `STATUS_NOT_FINITE` as in `rowStatistics`, of either row.
  public func divergence(
    _ p: Tensor<Float>, _ q: Tensor<Float>, temperature: Double = 1, warps: Tensor<UInt32>? = nil,
    out: Tensor<Float>, status: Tensor<UInt32>, rows: Int, vocabulary: Int
  ) {
    call(.divergence) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary)
      try requireVocabulary(vocabulary)
      try require(rows > 0, "\(rows) rows")
      try require(p, rows * vocabulary, "p")
      try require(q, rows * vocabulary, "q")
      try require(out, rows, "out")
      try require(status, rows, "status")
      let parameters = ShaderInterface.Divergence(
        rows: UInt32(rows), vocabulary: UInt32(vocabulary),
        inverseTemperature: try inverseTemperature(temperature, warps: warps, rows: rows),
        rowWarps: warps == nil ? 0 : 1)
      return Invocation(
        kernel, parameters,
        [.read(p), .read(q), .write(out), .write(status), warps.map { .read($0) } ?? .read(p)],
        groups: (rows, 1),
        specialization: temperatureConstants(temperature, warps: warps))
    }
  }
}
