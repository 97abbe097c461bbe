import ShaderInterface

/// The formulas that models call GELU (Hendrycks and Gimpel, 2016).
public enum GeluForm: Sendable, CaseIterable {
  /// x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))): `gelu_new` and `gelu_pytorch_tanh`.
  case tanh
  /// x * Phi(x) = x / 2 * (1 + erf(x / sqrt(2))): `gelu`, PyTorch's default.
  case erf
}

extension CommandList {
  /// `out = gelu(x)` elementwise (Hendrycks and Gimpel, 2016); `out` may be the same tensor as `x`.
  ///
  /// Error, tanh form: 9 * 2^-24 + 2^(1 - significantBits) of the result, below zero 6.1e-8 more. Erf form: 11 * 2^-24 +
  /// 2^(1 - significantBits) of the result, on both sides.
  /// - Parameters:
  ///   - x: f32 `[count]`.
  ///   - out: f32 `[count]`.
  ///   - form: the formula.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  public func gelu(
    _ x: Tensor<Float>, out: Tensor<Float>, count: Int, form: GeluForm = .tanh, significantBits: UInt32 = 24
  ) {
    call(form == .tanh ? .gelu : .geluErf) { kernel throws(Refusal) in
      try requireCount(count)
      try requireSignificantBits(significantBits)
      try require(x, count, "x")
      try require(out, count, "out")
      let p = ShaderInterface.Gelu(count: UInt32(count), significantBits: significantBits)
      return Invocation(kernel, p, [.read(x), .write(out)], groups: Invocation.elementGroups(count))
    }
  }
}
