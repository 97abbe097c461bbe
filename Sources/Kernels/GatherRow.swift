import ShaderInterface

extension CommandList {
  /// Copies the hidden row of the node that gave the root its token: `out = x[state.lastNode]`. Exact.
  ///
  /// - Parameters:
  ///   - x: f32 `[rows][columns]`.  - out: f32 `[columns]`.
  ///   - state: u32 `[STATE_WORDS]`, of one sequence; row 0 is taken where its last node is not below `rows`.
  public func gatherRow(
    _ x: Tensor<Float>, state: Tensor<UInt32>, out: Tensor<Float>, rows: Int, columns: Int
  ) {
    call(.gatherRow) { kernel throws(Refusal) in
      try requireSizes(rows, columns)
      try require(rows > 0, "\(rows) rows")
      try require(x, rows * columns, "x")
      try require(out, columns, "out")
      try requireState(state)
      let p = ShaderInterface.GatherRow(columns: UInt32(columns), rows: UInt32(rows))
      return Invocation(
        kernel, p, [.read(x), .read(state), .write(out)], groups: Invocation.elementGroups(columns))
    }
  }
}
