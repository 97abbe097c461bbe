import ShaderInterface

/// -log(-log(1 - u)) with u = leading(word | 1) * 2^-32: standard Gumbel noise between -2.82 and 22.2.
///
/// A tail beyond 22.2 has probability 2^-32. Where u is below 1/4, log(1 - u) is taken without forming 1 - u, so the upper tail
/// keeps its relative accuracy. Largest error: 2 ulp of the inner logarithm, moved to an absolute 2^-22, and 1 ulp of the outer one.
@inlinable
public func gumbel(word: UInt32) -> Float {
  let u = leadingFloat(word | 1) * 0x1p-32
  let exponential = -(u < 0.25 ? logSeries(-u, 0) : logPositive(1 - u))
  return -logPositive(exponential)
}

/// The noise of a token at a position under one request's seed; streams are independent.
public func gumbelNoise(seed: UInt64, position: UInt32, token: UInt32, stream: UInt32) -> Float {
  let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32))
  return gumbel(word: Philox.words(counter: SIMD4(position, token, ROLE_NOISE, stream), key: key)[0])
}
