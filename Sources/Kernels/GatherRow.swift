import ShaderInterface

extension CommandList {
  /// Copies the hidden row of the node that gave the root its token: `out = x[state.lastNode]`.
  ///
  /// - Parameters: - x: f32 `[rows][columns]`.  - out: f32 `[columns]`.
  public func gatherRow(
    _ x: Tensor<Float>, state: Tensor<UInt32>, out: Tensor<Float>, rows: Int, columns: Int
  ) {
    require(x, rows * columns, "gatherRow", "x")
    require(out, columns, "gatherRow", "out")
    let p = ShaderInterface.GatherRow(columns: UInt32(columns), rows: UInt32(rows))
    dispatch(
      Invocation(
        .gatherRow, p, [.read(x), .read(state), .write(out)], groups: Invocation.elementGroups(columns)))
  }
}
