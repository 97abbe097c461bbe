import ShaderInterface

extension CommandList {
  /// Takes tokens out of distributions, in place: their weights become 0, and what is left is the law without them.
  /// Exact.
  ///
  /// - Parameters:
  ///   - rows: `[rowCount][vocabulary]` weights and their totals, which shrink by what is taken.
  ///   - tokens: u32 `[1 or rowCount][count]`; a token outside the vocabulary is left out, one listed twice counts
  ///     once.
  ///   - rowLists: whether each row has a list of its own.
  public func suppressTokens(
    _ tokens: Tensor<UInt32>, in rows: DistributionRows, rowCount: Int, count: Int, rowLists: Bool = false
  ) {
    call(.suppressTokens) { kernel throws(Refusal) in
      try requireSizes(rowCount, count)
      try rows.check(rows: rowCount, "rows")
      try require(count >= 1, "\(count) tokens")
      try require(tokens, (rowLists ? rowCount : 1) * count, "tokens")
      let p = ShaderInterface.SuppressTokens(
        rows: UInt32(rowCount), vocabulary: UInt32(rows.vocabulary), count: UInt32(count),
        rowLists: rowLists ? 1 : 0)
      return Invocation(
        kernel, p, [.read(tokens), .readWrite(rows.weights), .readWrite(rows.totals)], groups: (rowCount, 1))
    }
  }
}
