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
    call(.embeddingMix) { kernel throws(Refusal) in
      try requireSizes(rows, columns, vocabulary, count, firstRow)
      try require(
        rows > 0 && columns > 0 && columns % 2 == 0 && count > 0 && firstRow >= 0,
        "\(rows) rows from \(firstRow) of \(columns) columns, \(count) tokens a row")
      try requireSignificantBits(significantBits)
      try require(table, vocabulary * columns / 2, "table")
      try require(tokens, (firstRow + rows) * count, "tokens")
      try require(weights, (firstRow + rows) * count, "weights")
      try require(out, rows * columns, "out")
      let p = ShaderInterface.EmbeddingMix(
        rows: UInt32(rows), columns: UInt32(columns), vocabulary: UInt32(vocabulary),
        firstRow: UInt32(firstRow), count: UInt32(count), significantBits: significantBits)
      return Invocation(
        kernel, p, [.read(tokens), .read(weights), .read(table), .write(out)],
        groups: Invocation.elementGroups(rows * columns))
    }
  }
}
