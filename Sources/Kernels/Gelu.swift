import ShaderInterface

extension CommandList {
  /// `out = gelu(x)` elementwise, tanh form (Hendrycks and Gimpel, 2016); `out` may be the same tensor as `x`.
  ///
  /// - Parameters:
  ///   - x, out: f32 `[count]`.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  public func gelu(_ x: Tensor<Float>, out: Tensor<Float>, count: Int, significantBits: UInt32 = 24) {
    require(
      count > 0 && (1...24).contains(significantBits), "gelu", "\(count) elements, \(significantBits) bits")
    require(x, count, "gelu", "x")
    require(out, count, "gelu", "out")
    let p = ShaderInterface.Gelu(count: UInt32(count), significantBits: significantBits)
    dispatch(Invocation(.gelu, p, [.read(x), .write(out)], groups: Invocation.elementGroups(count)))
  }
}
