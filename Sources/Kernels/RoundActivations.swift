import ShaderInterface

extension CommandList {
  /// Rounds f32 to `significantBits` significant bits, ties to even; magnitudes below 2^-64 become +0.
  ///
  /// 13 bits make products with f16 weights exact. `out` may be the same tensor as `x`.
  public func roundActivations(_ x: Tensor<Float>, out: Tensor<Float>, count: Int, significantBits: UInt32) {
    require(
      count > 0 && (1...24).contains(significantBits), "roundActivations",
      "\(count) elements, \(significantBits) bits")
    require(x, count, "roundActivations", "x")
    require(out, count, "roundActivations", "out")
    let p = ShaderInterface.RoundActivations(count: UInt32(count), significantBits: significantBits)
    dispatch(
      Invocation(.roundActivations, p, [.read(x), .write(out)], groups: Invocation.elementGroups(count)))
  }
}
