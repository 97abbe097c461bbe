import ShaderInterface

extension CommandList {
  /// `out = a + b` elementwise, f32; `out` may be the same tensor as `a`.
  public func residualAdd(
    _ a: Tensor<Float>, _ b: Tensor<Float>, out: Tensor<Float>, count: Int, significantBits: UInt32 = 24
  ) {
    require(
      count > 0 && (1...24).contains(significantBits), "residualAdd",
      "\(count) elements, \(significantBits) bits")
    require(a, count, "residualAdd", "a")
    require(b, count, "residualAdd", "b")
    require(out, count, "residualAdd", "out")
    let p = ShaderInterface.ResidualAdd(count: UInt32(count), significantBits: significantBits)
    dispatch(
      Invocation(.residualAdd, p, [.read(a), .read(b), .write(out)], groups: Invocation.elementGroups(count)))
  }
}
