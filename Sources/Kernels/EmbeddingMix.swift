import ShaderInterface

extension CommandList {
  /// Soft tokens: each output row is a weighted sum of `count` rows of an f16 table, in order.
  ///
  /// A token outside the vocabulary is left out; weights are taken as they are, not normalized. Error: (count + 1) *
  /// 2^-24 of the terms' magnitudes and 2^-significantBits of the result.
  /// - Parameters:
  ///   - tokens: u32 `[firstRow + rows][count]`.
  ///   - weights: f32 `[firstRow + rows][count]`.
  ///   - table: f16 `[vocabulary][columns]`, `columns` even.
  ///   - out: f32 `[rows][columns]`.
  ///   - significantBits: of the output.
  public func embeddingMix(
    tokens: Tensor<UInt32>, weights: Tensor<Float>, table: Tensor<HalfPair>, out: Tensor<Float>, rows: Int,
    columns: Int, vocabulary: Int, count: Int, firstRow: Int = 0, significantBits: UInt32 = 24
  ) {
    let p = MixSizes(
      rows: rows, columns: columns, vocabulary: vocabulary, count: count, firstRow: firstRow,
      significantBits: significantBits)
    mix(.embeddingMix, tokens, weights, table, out, p, columnsOfElement: 2)
  }

  /// Weighted sums of rows of an f32 table, in order: soft tokens, or the experts of a mixture joined by the router's
  /// weights.
  ///
  /// Experts: `matmul` with ``MatrixChoices`` leaves row r's results in `[rows][choices.count][outputs]`; as a table
  /// these are `rows * count` rows, and `tokens[r][j] = r * count + j` joins them. Otherwise as with an f16 table. Error:
  /// (count + 1) * 2^-24 of the terms' magnitudes and 2^-significantBits of the result.
  /// - Parameters:
  ///   - tokens: u32 `[firstRow + rows][count]`: rows of the table.
  ///   - weights: f32 `[firstRow + rows][count]`.
  ///   - table: f32 `[vocabulary][columns]`.
  ///   - out: f32 `[rows][columns]`.
  ///   - significantBits: of the output.
  public func embeddingMix(
    tokens: Tensor<UInt32>, weights: Tensor<Float>, table: Tensor<Float>, out: Tensor<Float>, rows: Int,
    columns: Int, vocabulary: Int, count: Int, firstRow: Int = 0, significantBits: UInt32 = 24
  ) {
    let p = MixSizes(
      rows: rows, columns: columns, vocabulary: vocabulary, count: count, firstRow: firstRow,
      significantBits: significantBits)
    mix(.embeddingMixF32, tokens, weights, table, out, p, columnsOfElement: 1)
  }

  private func mix<Element>(
    _ kernel: Kernel, _ tokens: Tensor<UInt32>, _ weights: Tensor<Float>, _ table: Tensor<Element>,
    _ out: Tensor<Float>, _ s: MixSizes, columnsOfElement: Int
  ) {
    call(kernel) { kernel throws(Refusal) in
      try requireSizes(s.rows, s.columns, s.vocabulary, s.count, s.firstRow)
      try require(
        s.rows > 0 && s.columns > 0 && s.columns % columnsOfElement == 0 && s.count > 0 && s.firstRow >= 0,
        "\(s.rows) rows from \(s.firstRow) of \(s.columns) columns, \(s.count) tokens a row")
      try requireSignificantBits(s.significantBits)
      try require(table, s.vocabulary * s.columns / columnsOfElement, "table")
      try require(tokens, (s.firstRow + s.rows) * s.count, "tokens")
      try require(weights, (s.firstRow + s.rows) * s.count, "weights")
      try require(out, s.rows * s.columns, "out")
      let p = ShaderInterface.EmbeddingMix(
        rows: UInt32(s.rows), columns: UInt32(s.columns), vocabulary: UInt32(s.vocabulary),
        firstRow: UInt32(s.firstRow), count: UInt32(s.count), significantBits: s.significantBits)
      return Invocation(
        kernel, p, [.read(tokens), .read(weights), .read(table), .write(out)],
        groups: Invocation.elementGroups(s.rows * s.columns))
    }
  }
}

/// Sizes of one call, not yet checked.
private struct MixSizes {
  let rows, columns, vocabulary, count, firstRow: Int
  let significantBits: UInt32
}
