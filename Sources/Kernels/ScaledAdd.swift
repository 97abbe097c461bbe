import ShaderInterface

extension CommandList {
  /// `out = a * scaleA + b * scaleB` elementwise; `out` may be the same tensor as `a`.
  ///
  /// Each product is rounded (and flushed) on its own, then the sum to `significantBits`. Error: 2^-23 of the products'
  /// magnitudes and 2^-significantBits of the sum.
  /// - Parameters:
  ///   - a: f32 `[count]`.
  ///   - scaleA: factor of `a`, flushed.
  ///   - b: f32 `[count]`.
  ///   - scaleB: factor of `b`, flushed.
  ///   - out: f32 `[count]`.
  public func scaledAdd(
    _ a: Tensor<Float>, scaleA: Float, _ b: Tensor<Float>, scaleB: Float, out: Tensor<Float>, count: Int,
    significantBits: UInt32 = 24
  ) {
    call(.scaledAdd) { kernel throws(Refusal) in
      try requireCount(count)
      try requireSignificantBits(significantBits)
      try require(a, count, "a")
      try require(b, count, "b")
      try require(out, count, "out")
      let p = ShaderInterface.ScaledAdd(
        count: UInt32(count), scaleA: scaleA, scaleB: scaleB, significantBits: significantBits)
      return Invocation(
        kernel, p, [.read(a), .read(b), .write(out)], groups: Invocation.elementGroups(count))
    }
  }
}
