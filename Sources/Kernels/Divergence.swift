import ShaderInterface

extension CommandList {
  /// The Kullback-Leibler divergence KL(p || q) in nats of two laws given as logits, row by row.
  ///
  /// The sum of p log(p / q) (Kullback and Leibler, 1951). +infinity where q bans a token that p can give; rounding
  /// never leaves it below 0. Sum order: 256 interleaved lanes, then a halving tree. Error for logits within 20 of 0,
  /// which differ by at most d: 2 S (1 + d) + 10 * 2^-24 (43 + log vocabulary) nats, S = (vocabulary / 256 + 52) *
  /// 2^-24.
  /// - Parameters: - p: f32 `[rows][vocabulary]`.  - q: f32 `[rows][vocabulary]`.
  ///   - out: f32 `[rows]`, NaN with a status.
  ///   - status: u32 `[rows]`: `STATUS_NOT_FINITE` as in `argmax`, of either row.
  public func divergence(
    _ p: Tensor<Float>, _ q: Tensor<Float>, out: Tensor<Float>, status: Tensor<UInt32>, rows: Int,
    vocabulary: Int
  ) {
    call(.divergence) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary)
      try requireVocabulary(vocabulary)
      try require(rows > 0, "\(rows) rows")
      try require(p, rows * vocabulary, "p")
      try require(q, rows * vocabulary, "q")
      try require(out, rows, "out")
      try require(status, rows, "status")
      let parameters = ShaderInterface.Divergence(rows: UInt32(rows), vocabulary: UInt32(vocabulary))
      return Invocation(
        kernel, parameters, [.read(p), .read(q), .write(out), .write(status)], groups: (rows, 1))
    }
  }
}
