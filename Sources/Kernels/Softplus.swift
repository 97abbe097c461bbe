import ShaderInterface

extension CommandList {
  /// `out = log(1 + e^x)` of columns of rows: the step size dt of a selective state space (Mamba: Gu and Dao, 2023).
  ///
  /// Error: 6 * 2^-24 + 2^-significantBits of the result, on both sides; +0 below -44.
  /// - Parameters:
  ///   - x: f32 `[rows][columns]`.
  ///   - place: where these columns lie in wider rows; nil: rows of these alone.
  ///   - out: f32 `[rows][columns]`.
  ///   - significantBits: of the output.
  public func softplus(
    _ x: Tensor<Float>, at place: RowColumns? = nil, out: Tensor<Float>, rows: Int, columns: Int,
    significantBits: UInt32 = 24
  ) {
    call(.softplus) { kernel throws(Refusal) in
      try requireSizes(rows, columns)
      try requireCount(rows * columns)
      try requireSignificantBits(significantBits)
      let input = try place.check(columns, of: x, rows: rows, "x")
      try require(out, rows * columns, "out")
      let p = ShaderInterface.Softplus(
        rows: UInt32(rows), columns: UInt32(columns), inputStride: input.stride, inputFirst: input.first,
        significantBits: significantBits)
      return Invocation(
        kernel, p, [.read(x), .write(out)], groups: Invocation.elementGroups(rows * columns))
    }
  }
}
