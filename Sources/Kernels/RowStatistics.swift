import ShaderInterface

extension CommandList {
  /// Maximum, log-sum-exp, entropy in nats and the gap between the best two logits of each row.
  ///
  /// Entropy and gap say how sure the model is of its next token: what adaptive drafting stops by.
  /// - Parameters: - logits: f32 `[rows][vocabulary]`.
  ///   - out: f32 `[rows][4]`, NaN with a status.
  ///   - status: u32 `[rows]`: `STATUS_NOT_FINITE` names a row with NaN or +infinity, or nothing above -infinity.
  public func rowStatistics(
    _ logits: Tensor<Float>, out: Tensor<Float>, status: Tensor<UInt32>, rows: Int, vocabulary: Int
  ) {
    requireVocabulary(vocabulary, "rowStatistics")
    require(rows > 0, "rowStatistics", "\(rows) rows")
    require(logits, rows * vocabulary, "rowStatistics", "logits")
    require(out, rows * 4, "rowStatistics", "out")
    require(status, rows, "rowStatistics", "status")
    let p = ShaderInterface.RowStatistics(rows: UInt32(rows), vocabulary: UInt32(vocabulary))
    dispatch(Invocation(.rowStatistics, p, [.read(logits), .write(out), .write(status)], groups: (rows, 1)))
  }
}
