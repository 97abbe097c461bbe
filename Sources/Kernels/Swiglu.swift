import ShaderInterface

extension CommandList {
  /// `silu(gate) * up` (Shazeer, 2020).
  ///
  /// - Parameters:
  ///   - x: f32 `[rows][2 * columns]`: gate, then up.  - out: f32 `[rows][columns]`.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  public func swiglu(
    _ x: Tensor<Float>, out: Tensor<Float>, rows: Int, columns: Int, significantBits: UInt32 = 24
  ) {
    require(rows > 0 && columns > 0, "swiglu", "\(rows) rows of \(columns) columns")
    require((1...24).contains(significantBits), "swiglu", "\(significantBits) significant bits")
    require(x, rows * columns * 2, "swiglu", "x")
    require(out, rows * columns, "swiglu", "out")
    let p = ShaderInterface.Swiglu(
      rows: UInt32(rows), columns: UInt32(columns), significantBits: significantBits)
    dispatch(
      Invocation(.swiglu, p, [.read(x), .write(out)], groups: Invocation.elementGroups(rows * columns)))
  }
}
