import ShaderInterface

extension CommandList {
  /// `x / sqrt(mean(x^2) + epsilon) * weight`, a row at a time (Zhang and Sennrich, 2019).
  ///
  /// Sum order: 64 interleaved lanes, then a halving tree.
  /// Error: ((columns / 64 + 7) / 2 + 12) * 2^-24 + 2^-significantBits of the result.
  /// - Parameters:
  ///   - x: f32 `[rows][columns]`.
  ///   - weight: f32 `[columns]`.
  ///   - out: f32 `[rows][columns]`.
  ///   - epsilon: added to the mean square.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  public func rmsNorm(
    _ x: Tensor<Float>, weight: Tensor<Float>, out: Tensor<Float>, rows: Int, columns: Int, epsilon: Float,
    significantBits: UInt32 = 24
  ) {
    call(.rmsNorm) { kernel throws(Refusal) in
      try requireSizes(rows, columns)
      try require(rows > 0 && columns > 0, "\(rows) rows of \(columns) columns")
      try requireSignificantBits(significantBits)
      try require(epsilon >= 0 && epsilon.isFinite, "epsilon \(epsilon)")
      try require(x, rows * columns, "x")
      try require(weight, columns, "weight")
      try require(out, rows * columns, "out")
      let p = ShaderInterface.RmsNorm(
        rows: UInt32(rows), columns: UInt32(columns), inverseColumns: Float(1 / Double(columns)),
        epsilon: epsilon,
        significantBits: significantBits)
      return Invocation(kernel, p, [.read(x), .read(weight), .write(out)], groups: (rows, 1))
    }
  }
}
