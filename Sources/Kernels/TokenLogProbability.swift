import ShaderInterface

extension CommandList {
  /// The log-probability in nats of one given token a row: its logit less the row's log-sum-exp.
  ///
  /// - Parameters: - logits: f32 `[rows][vocabulary]`.  - tokens: u32 `[rows]`.
  ///   - out: f32 `[rows]`, -infinity for a banned token, NaN with a status.
  ///   - status: u32 `[rows]`: `STATUS_NOT_FINITE` as in `argmax`, `STATUS_MALFORMED_DRAFT` for a token outside the vocabulary.
  public func tokenLogProbability(
    _ logits: Tensor<Float>, tokens: Tensor<UInt32>, out: Tensor<Float>, status: Tensor<UInt32>, rows: Int,
    vocabulary: Int
  ) {
    call(.tokenLogProbability) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary)
      try requireVocabulary(vocabulary)
      try require(rows > 0, "\(rows) rows")
      try require(logits, rows * vocabulary, "logits")
      try require(tokens, rows, "tokens")
      try require(out, rows, "out")
      try require(status, rows, "status")
      let p = ShaderInterface.TokenLogProbability(rows: UInt32(rows), vocabulary: UInt32(vocabulary))
      return Invocation(
        kernel, p, [.read(logits), .read(tokens), .write(out), .write(status)],
        groups: (rows, 1))
    }
  }
}
