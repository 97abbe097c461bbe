import ShaderInterface

extension CommandList {
  /// Copies the hidden row of the node that gave each root its token: `out = x[state.lastNode]`. Exact.
  ///
  /// - Parameters:
  ///   - x: f32 `[rows][columns]`, in a batch by packed node.
  ///   - out: f32 `[sequences][columns]`.
  ///   - state: u32 `[sequences][STATE_WORDS]`; a sequence's first row is taken where its last node is none of its
  ///     rows.
  public func gatherRow(
    _ x: Tensor<Float>, state: Tensor<UInt32>, out: Tensor<Float>, rows: Int, columns: Int,
    sequences: Int = 1
  ) {
    call(.gatherRow) { kernel throws(Refusal) in
      try requireSizes(rows, columns, sequences)
      try require(rows > 0, "\(rows) rows")
      try require((1...65_535).contains(sequences), "\(sequences) sequences")
      try require(x, rows * columns, "x")
      try require(out, sequences * columns, "out")
      try require(state, sequences * Int(STATE_WORDS), "state")
      try requireCount(sequences * columns)
      let p = ShaderInterface.GatherRow(
        columns: UInt32(columns), rows: UInt32(rows), sequences: UInt32(sequences))
      return Invocation(
        kernel, p, [.read(x), .read(state), .write(out)],
        groups: Invocation.elementGroups(sequences * columns))
    }
  }
}
