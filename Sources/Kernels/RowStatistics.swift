import ShaderInterface

extension CommandList {
  /// Maximum, log-sum-exp, entropy in nats and the gap between the best two logits of each row.
  ///
  /// Entropy and gap say how sure the model is of its next token: what adaptive drafting stops by.
  /// Maximum m: exact. Log-sum-exp: m + log S, S = sum of exp(z - m). Entropy: log S - (sum of exp(z - m) (z - m)) / S.
  /// Gap: one subtraction. Sum order: 256 interleaved lanes, then a halving tree. Error in nats, for logits within 20
  /// of 0 and s = (vocabulary / 256 + 52) * 2^-24: log-sum-exp s + 3 * 2^-24 (20 + log vocabulary), entropy 80 s + 240
  /// * 2^-24 more.
  /// - Parameters: - logits: f32 `[rows][vocabulary]`.
  ///   - out: f32 `[rows][4]`, NaN with a status.
  ///   - status: u32 `[rows]`: `STATUS_NOT_FINITE` names a row with NaN or +infinity, or nothing above -infinity.
  public func rowStatistics(
    _ logits: Tensor<Float>, out: Tensor<Float>, status: Tensor<UInt32>, rows: Int, vocabulary: Int
  ) {
    call(.rowStatistics) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary)
      try requireVocabulary(vocabulary)
      try require(rows > 0, "\(rows) rows")
      try require(logits, rows * vocabulary, "logits")
      try require(out, rows * 4, "out")
      try require(status, rows, "status")
      let p = ShaderInterface.RowStatistics(rows: UInt32(rows), vocabulary: UInt32(vocabulary))
      return Invocation(kernel, p, [.read(logits), .write(out), .write(status)], groups: (rows, 1))
    }
  }
}
