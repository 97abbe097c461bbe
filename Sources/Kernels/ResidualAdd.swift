import ShaderInterface

extension CommandList {
  /// `out = a + b` elementwise; `out` may be the same tensor as `a`.
  ///
  /// Error: 2^-24 + 2^-significantBits of the sum.
  /// - Parameters:
  ///   - a: f32 `[count]`.
  ///   - b: f32 `[count]`.
  ///   - out: f32 `[count]`.
  ///   - significantBits: of the output.
  public func residualAdd(
    _ a: Tensor<Float>, _ b: Tensor<Float>, out: Tensor<Float>, count: Int, significantBits: UInt32 = 24
  ) {
    call(.residualAdd) { kernel throws(Refusal) in
      try requireCount(count)
      try requireSignificantBits(significantBits)
      try require(a, count, "a")
      try require(b, count, "b")
      try require(out, count, "out")
      let p = ShaderInterface.ResidualAdd(count: UInt32(count), significantBits: significantBits)
      return Invocation(
        kernel, p, [.read(a), .read(b), .write(out)], groups: Invocation.elementGroups(count))
    }
  }
}
