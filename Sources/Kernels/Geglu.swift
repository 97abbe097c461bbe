import ShaderInterface

extension CommandList {
  /// `gelu(gate) * up` with GELU in its tanh form (Shazeer, 2020).
  ///
  /// - Parameters:
  ///   - x: f32 `[rows][2 * columns]`: gate, then up.  - out: f32 `[rows][columns]`.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  public func geglu(
    _ x: Tensor<Float>, out: Tensor<Float>, rows: Int, columns: Int, significantBits: UInt32 = 24
  ) {
    require(rows > 0 && columns > 0, "geglu", "\(rows) rows of \(columns) columns")
    require((1...24).contains(significantBits), "geglu", "\(significantBits) significant bits")
    require(x, rows * columns * 2, "geglu", "x")
    require(out, rows * columns, "geglu", "out")
    let p = ShaderInterface.Geglu(
      rows: UInt32(rows), columns: UInt32(columns), significantBits: significantBits)
    dispatch(
      Invocation(.geglu, p, [.read(x), .write(out)], groups: Invocation.elementGroups(rows * columns)))
  }
}
