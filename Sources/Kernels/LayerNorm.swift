import ShaderInterface

extension CommandList {
  /// `(x - mean) / sqrt(variance + epsilon) * weight + bias`, a row at a time (Ba, Kiros and Hinton, 2016).
  ///
  /// Mean first, then the variance of the centred values. Sum order: 64 interleaved lanes, then a halving tree.
  /// Error: the mean's, (columns / 64 + 8) * 2^-24 of the mean magnitude, carried through the scale; (columns / 64 +
  /// 22) * 2^-24 of the normal value times its weight; 2^-23 + 2^-significantBits of the result.
  /// - Parameters:
  ///   - x: f32 `[rows][columns]`.
  ///   - weight: f32 `[columns]`.
  ///   - bias: f32 `[columns]`.
  ///   - out: f32 `[rows][columns]`.
  ///   - epsilon: added to the variance, 2^-60 or more.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  public func layerNorm(
    _ x: Tensor<Float>, weight: Tensor<Float>, bias: Tensor<Float>, out: Tensor<Float>, rows: Int,
    columns: Int, epsilon: Float, significantBits: UInt32 = 24
  ) {
    call(.layerNorm) { kernel throws(Refusal) in
      try requireSizes(rows, columns)
      try require(rows > 0 && columns > 0, "\(rows) rows of \(columns) columns")
      try requireSignificantBits(significantBits)
      try require(epsilon >= 0x1p-60 && epsilon.isFinite, "epsilon \(epsilon) is below 2^-60")
      try require(x, rows * columns, "x")
      try require(weight, columns, "weight")
      try require(bias, columns, "bias")
      try require(out, rows * columns, "out")
      let p = ShaderInterface.LayerNorm(
        rows: UInt32(rows), columns: UInt32(columns), inverseColumns: Float(1 / Double(columns)),
        epsilon: epsilon, significantBits: significantBits)
      return Invocation(kernel, p, [.read(x), .read(weight), .read(bias), .write(out)], groups: (rows, 1))
    }
  }
}
