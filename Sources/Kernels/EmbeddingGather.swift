import ShaderInterface

extension CommandList {
  /// `out[r] = table[tokens[firstRow + r]]`; a token outside the vocabulary gives zeros. Exact.
  ///
  /// - Parameters:
  ///   - tokens: u32 `[firstRow + rows]` or more.
  ///   - table: f16 `[vocabulary][columns]`, `columns` even.
  ///   - out: f32 `[rows][columns]`.
  public func embeddingGather(
    tokens: Tensor<UInt32>, table: Tensor<HalfPair>, out: Tensor<Float>, rows: Int, columns: Int,
    vocabulary: Int, firstRow: Int = 0
  ) {
    call(.embeddingGather) { kernel throws(Refusal) in
      try requireSizes(rows, columns, vocabulary, firstRow)
      try require(
        rows > 0 && columns > 0 && columns % 2 == 0, "\(rows) rows of \(columns) columns")
      try require(table, vocabulary * columns / 2, "table")
      try require(tokens, firstRow + rows, "tokens")
      try require(out, rows * columns, "out")
      let p = ShaderInterface.EmbeddingGather(
        rows: UInt32(rows), columns: UInt32(columns), vocabulary: UInt32(vocabulary),
        firstRow: UInt32(firstRow)
      )
      return Invocation(
        kernel, p, [.read(tokens), .read(table), .write(out)],
        groups: Invocation.elementGroups(rows * columns))
    }
  }
}
