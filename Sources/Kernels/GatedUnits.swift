import ShaderInterface

extension CommandList {
  /// `silu(gate) * up` (Shazeer, 2020).
  ///
  /// Error: 11 * 2^-24 + 2^-significantBits of the result, and 2^-58 of `up`.
  /// - Parameters:
  ///   - x: f32 `[rows][2 * columns]`: gate, then up.
  ///   - out: f32 `[rows][columns]`.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  public func swiglu(
    _ x: Tensor<Float>, out: Tensor<Float>, rows: Int, columns: Int, significantBits: UInt32 = 24
  ) {
    gatedUnit(.swiglu, x, out: out, rows: rows, columns: columns, significantBits: significantBits)
  }

  /// `gelu(gate) * up` (Shazeer, 2020).
  ///
  /// Error: that of `gelu` in the same form, times `up`.
  /// - Parameters:
  ///   - x: f32 `[rows][2 * columns]`: gate, then up.
  ///   - out: f32 `[rows][columns]`.
  ///   - form: GELU's formula.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  public func geglu(
    _ x: Tensor<Float>, out: Tensor<Float>, rows: Int, columns: Int, form: GeluForm = .tanh,
    significantBits: UInt32 = 24
  ) {
    gatedUnit(
      form == .tanh ? .geglu : .gegluErf, x, out: out, rows: rows, columns: columns,
      significantBits: significantBits)
  }

  private func gatedUnit(
    _ kernel: Kernel, _ x: Tensor<Float>, out: Tensor<Float>, rows: Int, columns: Int, significantBits: UInt32
  ) {
    call(kernel) { kernel throws(Refusal) in
      try requireSizes(rows, columns)
      try require(rows > 0 && columns > 0, "\(rows) rows of \(columns) columns")
      try requireSignificantBits(significantBits)
      try require(x, rows * columns * 2, "x")
      try require(out, rows * columns, "out")
      let p = ShaderInterface.GatedUnit(
        rows: UInt32(rows), columns: UInt32(columns), significantBits: significantBits)
      return Invocation(kernel, p, [.read(x), .write(out)], groups: Invocation.elementGroups(rows * columns))
    }
  }
}
