import ShaderInterface

extension CommandList {
  /// `out = gelu(x)` elementwise, tanh form (Hendrycks and Gimpel, 2016); `out` may be the same tensor as `x`.
  ///
  /// Error: 9 * 2^-24 + 2^(1 - significantBits) of the result, below zero 6.1e-8 more.
  /// - Parameters:
  ///   - x, out: f32 `[count]`.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  public func gelu(_ x: Tensor<Float>, out: Tensor<Float>, count: Int, significantBits: UInt32 = 24) {
    call(.gelu) { kernel throws(Refusal) in
      try requireCount(count)
      try requireSignificantBits(significantBits)
      try require(x, count, "x")
      try require(out, count, "out")
      let p = ShaderInterface.Gelu(count: UInt32(count), significantBits: significantBits)
      return Invocation(kernel, p, [.read(x), .write(out)], groups: Invocation.elementGroups(count))
    }
  }
}
