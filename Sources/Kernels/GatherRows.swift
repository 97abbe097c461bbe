import ShaderInterface

extension CommandList {
  /// Rows by index: `out[i] = x[sources[i]]`, `missing` everywhere in it where there is no such row. Exact.
  ///
  /// What belongs to the sequences of a batch (states, histories, recurrent states, tails), for sequences that go on
  /// from others: `rows` and `count` are then the number of sequences. Rows of a table by tokens that stand on the
  /// device, such as an adjacency store's. And with `sequences` the parents' hidden rows of a depth of draft trees,
  /// whose parents count from each tree's root.
  /// - Parameters:
  ///   - x: `[sequences][rows][columns]`, elements of four bytes.
  ///   - sources: u32 `[sequences][sourceStride]`, of which `firstSource ..< firstSource + count` are read.
  ///   - sourceStride: nil: `firstSource + count`.
  ///   - missing: nil: 0.
  ///   - out: `[sequences][count][columns]`, not the same memory as `x`.
  ///   - sequences: each with rows and sources of its own.
  public func gatherRows<Element>(
    _ x: Tensor<Element>, rows: Int, sources: Tensor<UInt32>, firstSource: Int = 0, sourceStride: Int? = nil,
    missing: Element? = nil, out: Tensor<Element>, count: Int, columns: Int, sequences: Int = 1
  ) {
    call(.gatherRows) { kernel throws(Refusal) in
      try requireWords(of: Element.self)
      try requireSizes(rows, firstSource, count, columns, sequences, sourceStride ?? 0)
      try require(
        sequences >= 1 && rows >= 1 && count >= 1 && columns >= 1,
        "\(count) of \(rows) rows of \(columns) elements for \(sequences) sequences")
      let (stride, all) = (sourceStride ?? firstSource + count, sequences * count)
      try require(x, sequences * rows * columns, "x")
      try require(sources, (sequences - 1) * stride + firstSource + count, "sources")
      try require(out, all * columns, "out")
      try requireCount(sequences * rows * columns)
      try requireCount(all * columns)
      let p = ShaderInterface.GatherRows(
        sequences: UInt32(sequences), rows: UInt32(rows), columns: UInt32(columns), count: UInt32(count),
        firstSource: UInt32(firstSource), sourceStride: UInt32(stride), missing: missing.map(word) ?? 0)
      let layout = MovedRows(count: all, columns: columns)
      return Invocation(
        kernel, p, [.read(x), .read(sources), .write(out)], groups: layout.groups,
        specialization: layout.specialization + [sequences > 1 ? 1 : 0])
    }
  }
}
