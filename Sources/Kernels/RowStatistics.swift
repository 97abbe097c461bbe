import ShaderInterface

extension CommandList {
  /// Maximum, log-sum-exp, entropy in nats and the gap between the best two of each row's logits over its temperature.
  ///
  /// Entropy and gap say how sure the model is of its next token: what adaptive drafting stops by.
  /// Of z, the logits over the temperature: maximum m; log-sum-exp m + log S, S = sum of exp(z - m); entropy log S -
  /// (sum of exp(z - m) (z - m)) / S; gap, one subtraction. Sum order: 256 interleaved lanes, then a halving tree. Error
  /// in nats, for z within 20 of 0 and s = (vocabulary / 256 + 52) * 2^-24: maximum exact, log-sum-exp s + 3 * 2^-24
  /// (20 + log vocabulary), entropy 80 s + 240 * 2^-24 more; at a temperature other than 1 besides 40 * 2^-24, and 80 *
  /// 2^-24 log vocabulary for the entropy.
  /// - Parameters:
  ///   - logits: f32 `[rows][vocabulary]`.
  ///   - temperature: of all rows, above 0.
  ///   - warps: u32 `[rows][WARP_WORDS]`, as `distribution` takes them, whose temperatures count in place of
  ///     `temperature`; nil: one for all rows.
  ///   - out: f32 `[rows][4]`, NaN with a status.
  ///   - status: u32 `[rows]`: `STATUS_NOT_FINITE` names a row with NaN or +infinity, or nothing above -infinity, or
  ///     whose own temperature is out of range.
  public func rowStatistics(
    _ logits: Tensor<Float>, temperature: Double = 1, warps: Tensor<UInt32>? = nil, out: Tensor<Float>,
    status: Tensor<UInt32>, rows: Int, vocabulary: Int
  ) {
    call(.rowStatistics) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary)
      try requireVocabulary(vocabulary)
      try require(rows > 0, "\(rows) rows")
      try require(logits, rows * vocabulary, "logits")
      try require(out, rows * 4, "out")
      try require(status, rows, "status")
      let p = ShaderInterface.RowStatistics(
        rows: UInt32(rows), vocabulary: UInt32(vocabulary),
        inverseTemperature: try inverseTemperature(temperature, warps: warps, rows: rows),
        rowWarps: warps == nil ? 0 : 1)
      return Invocation(
        kernel, p,
        [.read(logits), .write(out), .write(status), warps.map { .read($0) } ?? .read(logits)],
        groups: (rows, 1),
        specialization: temperatureConstants(temperature, warps: warps))
    }
  }
}
