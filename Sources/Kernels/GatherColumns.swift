import ShaderInterface

extension CommandList {
  /// Chosen columns of each row: `out[r][j] = x[r][indices[j]]`, `missing` where there is no such column. Exact.
  ///
  /// It takes the logits of chosen tokens, and brings the law of a draft with a vocabulary of its own (FR-Spec: Zhao et
  /// al., 2025; EAGLE-3: Li et al., 2025) to the target's tokens: with `indices` the draft's token for each of the
  /// target's, `NO_TOKEN` for none, and `missing` 0, the draft's weights become those of the same law over the whole
  /// vocabulary, and their totals stay as they are. `drawChildren` and every verifier then take it as it is.
  /// - Parameters:
  ///   - x: `[rows][columns]`, elements of four bytes.
  ///   - indices: u32 `[1 or rows][count]`.
  ///   - missing: where an index is not below `columns`.
  ///   - out: `[rows][count]`, not the same memory as `x`.
  ///   - rowLists: whether each row has a list of its own.
  public func gatherColumns<Element>(
    _ x: Tensor<Element>, indices: Tensor<UInt32>, missing: Element, out: Tensor<Element>, rows: Int,
    columns: Int, count: Int, rowLists: Bool = false
  ) {
    call(.gatherColumns) { kernel throws(Refusal) in
      try requireWords(of: Element.self)
      try requireSizes(rows, columns, count)
      try require(
        rows >= 1 && columns >= 1 && count >= 1, "\(count) of \(columns) columns of \(rows) rows")
      try require(x, rows * columns, "x")
      try require(indices, (rowLists ? rows : 1) * count, "indices")
      try require(out, rows * count, "out")
      try requireCount(rows * columns)
      try requireCount(rows * count)
      let p = ShaderInterface.GatherColumns(
        rows: UInt32(rows), columns: UInt32(columns), count: UInt32(count), rowLists: rowLists ? 1 : 0,
        missing: word(missing))
      return Invocation(
        kernel, p, [.read(x), .read(indices), .write(out)], groups: ((count + 255) / 256, rows))
    }
  }
}
