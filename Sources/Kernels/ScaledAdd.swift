import ShaderInterface

extension CommandList {
  /// `out = a * scaleA + b * scaleB` elementwise, f32; `out` may be the same tensor as `a`.
  ///
  /// Each product is rounded (and flushed) on its own, then the sum to `significantBits`.
  public func scaledAdd(
    _ a: Tensor<Float>, scaleA: Float, _ b: Tensor<Float>, scaleB: Float, out: Tensor<Float>, count: Int,
    significantBits: UInt32 = 24
  ) {
    require(
      count > 0 && (1...24).contains(significantBits), "scaledAdd",
      "\(count) elements, \(significantBits) bits")
    require(a, count, "scaledAdd", "a")
    require(b, count, "scaledAdd", "b")
    require(out, count, "scaledAdd", "out")
    let p = ShaderInterface.ScaledAdd(
      count: UInt32(count), scaleA: scaleA, scaleB: scaleB, significantBits: significantBits)
    dispatch(
      Invocation(.scaledAdd, p, [.read(a), .read(b), .write(out)], groups: Invocation.elementGroups(count)))
  }
}
