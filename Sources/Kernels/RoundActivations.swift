import ShaderInterface

extension CommandList {
  /// Rounds f32 to `significantBits` significant bits, ties to even; magnitudes below 2^-64 become +0.
  ///
  /// 13 bits make products with f16 weights exact. Error: 2^-significantBits of the number.
  /// - Parameters:
  ///   - x: f32 `[count]`.
  ///   - out: f32 `[count]`, which may be the same tensor.
  public func roundActivations(_ x: Tensor<Float>, out: Tensor<Float>, count: Int, significantBits: UInt32) {
    call(.roundActivations) { kernel throws(Refusal) in
      try requireCount(count)
      try requireSignificantBits(significantBits)
      try require(x, count, "x")
      try require(out, count, "out")
      let p = ShaderInterface.RoundActivations(count: UInt32(count), significantBits: significantBits)
      return Invocation(kernel, p, [.read(x), .write(out)], groups: Invocation.elementGroups(count))
    }
  }
}
