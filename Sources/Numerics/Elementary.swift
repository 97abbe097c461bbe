// Elementary functions with a fixed number of fp32 multiplies and adds, each rounded on its own.
import ShaderInterface

/// e^x for x <= 0: +0 below -44 and for a NaN.
///
/// Range reduction by ln 2 in two parts (Cody and Waite), then a polynomial of degree 6.
/// Largest error measured over every 7th float of [-44, 0] against Double: 1.148 ulp.
@inlinable @inline(__always)
public func expNonPositive(_ x: Float) -> Float {
  guard x >= EXP_LOWEST else { return 0 }
  let n = (x * EXP_LOG2E + 0.5).rounded(.down)
  return expSeries((x - n * EXP_LN2_HIGH) - n * EXP_LN2_LOW, n)
}

/// e^(x - d) for x <= 0 and d in 0 ... 1/16, an exponent of more bits than one float has; +0 where x is below -44.
@inlinable @inline(__always)
public func expDifference(_ x: Float, _ d: Float) -> Float {
  guard x >= EXP_LOWEST else { return 0 }
  let n = ((x - d) * EXP_LOG2E + 0.5).rounded(.down)
  return expSeries(((x - n * EXP_LN2_HIGH) - n * EXP_LN2_LOW) - d, n)
}

/// e^r * 2^n for r in about -ln 2 / 2 ... ln 2 / 2 and an integer n: what ``expNonPositive(_:)`` ends with.
@inlinable @inline(__always)
public func expSeries(_ r: Float, _ n: Float) -> Float {
  let p = expQuotient(r) * r + 1
  return Float(bitPattern: p.bitPattern &+ UInt32(bitPattern: Int32(n)) << 23)
}

/// (e^r - 1) / r for r in about -ln 2 / 2 ... ln 2 / 2: the polynomial of ``expSeries(_:_:)``.
@inlinable @inline(__always)
public func expQuotient(_ r: Float) -> Float {
  var p = EXP_C6 * r + EXP_C5
  p = p * r + EXP_C4
  p = p * r + EXP_C3
  p = p * r + EXP_C2
  return p * r + 1
}

/// ln x for positive normal x.
///
/// x = m * 2^n with m in sqrt(1/2) ... sqrt(2), f = m - 1: ln m = f - f^2 / 2 + f^3 p(f) with a minimax polynomial p of degree 7.
/// Largest error measured over every 7th positive normal float against Double: 0.843 ulp.
@inlinable @inline(__always)
public func logPositive(_ x: Float) -> Float {
  let n = (Int32(bitPattern: x.bitPattern) &- LOG_ROOT_HALF_BITS) >> 23
  return logSeries(Float(bitPattern: x.bitPattern &- UInt32(bitPattern: n) << 23) - 1, Float(n))
}

/// ln (1 + f) + n ln 2 for f in sqrt(1/2) - 1 ... sqrt(2) - 1 and an integer n: what ``logPositive(_:)`` ends with.
@inlinable @inline(__always)
public func logSeries(_ f: Float, _ n: Float) -> Float {
  let square = f * f
  var p = LOG_C10 * f + LOG_C9
  p = p * f + LOG_C8
  p = p * f + LOG_C7
  p = p * f + LOG_C6
  p = p * f + LOG_C5
  p = p * f + LOG_C4
  p = p * f + LOG_C3
  var y = (f * square) * p
  y = y + n * EXP_LN2_LOW
  y = y - 0.5 * square
  return (f + y) + n * EXP_LN2_HIGH
}

/// 1 / x for x in 2^-60...2^60, by three Newton steps from an integer seed.
///
/// Largest error measured over every 11th float of the domain: 1.989 ulp.
@inlinable @inline(__always)
public func reciprocal(_ x: Float) -> Float {
  var y = Float(bitPattern: RECIPROCAL_SEED &- x.bitPattern)
  for _ in 0..<3 { y = y * (2 - x * y) }
  return y
}

/// 1 / sqrt(x) for every finite x of 2^-60 and more, by three Newton steps from an integer seed.
///
/// Largest error measured over every 11th float of the domain: 2.177 ulp.
@inlinable @inline(__always)
public func reciprocalRoot(_ x: Float) -> Float {
  var y = Float(bitPattern: RECIPROCAL_ROOT_SEED &- (x.bitPattern >> 1))
  let h = 0.5 * x
  for _ in 0..<3 { y = y * (1.5 - (h * y) * y) }
  return y
}

/// 1 / (1 + e^-x) for every x; +0 below -44.
///
/// Largest error measured over every 11th float of -44...44: 3.774 ulp.
@inlinable @inline(__always)
public func sigmoid(_ x: Float) -> Float {
  let e = expNonPositive(-abs(x))
  let s = reciprocal(1 + e)
  return flush(x >= 0 ? s : e * s)
}

/// tanh x for every x, odd: (1 - e) / (1 + e) with e = e^(-2|x|) and the sign of `x`; +0 at 0, a NaN stays.
///
/// Absolute error below 2^-22, from the cancellation in 1 - e; for |x| > 1/2 a few ulp.
@inlinable @inline(__always)
public func hyperbolicTangent(_ x: Float) -> Float {
  if x.isNaN { return x }
  let e = expNonPositive(-2 * abs(x))
  let magnitude = flush((1 - e) * reciprocal(1 + e))
  return x < 0 && magnitude > 0 ? -magnitude : magnitude
}

/// x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) for every x (Hendrycks and Gimpel, 2016), as
/// x * sigmoid(2 * ...); +0 below about -7.6, NaN at -infinity.
///
/// Largest errors measured over every 11th float of 2^-40...100 on both sides: 3.606 ulp for x >= 0; for x < 0
/// 8.1 ulp down to -2, then growing with |t| to 107.3 ulp at -7.5, absolute below 6.1e-8 throughout.
@inlinable @inline(__always)
public func gelu(_ x: Float) -> Float {
  let t = x * (GELU_CUBE * (x * x) + GELU_LINEAR)
  return flush(x * sigmoid(t))
}

/// The standard normal law below x, Phi(x), for every x; +0 for a NaN.
///
/// The tail beyond a = |x| is e^(-a^2 / 2) times a quotient of polynomials in a, minimax for the relative error. The
/// square of a's first 12 bits is exact; what it lacks of a^2 enters the exponential by itself. Largest errors measured
/// over the same floats as below, to -9.38: 2.992 ulp for x >= 0, 8.438 for x < 0.
@inlinable @inline(__always)
public func normalDistribution(_ x: Float) -> Float {
  let a = Float(bitPattern: min(x.magnitude.bitPattern, NORMAL_LARGEST_BITS))
  let h = Float(bitPattern: a.bitPattern & NORMAL_HEAD_MASK)
  let e = expDifference(-0.5 * (h * h), 0.5 * ((a - h) * (a + h)))
  var p = NORMAL_P4 * a + NORMAL_P3
  p = p * a + NORMAL_P2
  p = p * a + NORMAL_P1
  p = p * a + 0.5
  var q = NORMAL_Q5 * a + NORMAL_Q4
  q = q * a + NORMAL_Q3
  q = q * a + NORMAL_Q2
  q = q * a + NORMAL_Q1
  q = q * a + 1
  let tail = e * (p * reciprocal(q))
  return x >= 0 ? 1 - tail : tail
}

/// log(1 + e^x) for every x: max(x, 0) + log(1 + e) with e = e^-|x|; +0 below -44, infinity and NaN stay.
///
/// Where e is below 1/4 the logarithm is taken without forming 1 + e, so the lower side keeps its relative accuracy.
/// Largest errors measured over every 5th float of 2^-30...100 on both sides: 2.044 ulp for x >= 0, 4.682 ulp for x < 0;
/// 5.19 * 2^-24 of the result throughout.
@inlinable @inline(__always)
public func softplus(_ x: Float) -> Float {
  let e = expNonPositive(-abs(x))
  let rest = e < 0.25 ? logSeries(e, 0) : logPositive(1 + e)
  return flush(x <= 0 ? rest : x + rest)
}

/// log(1 - e^x) for x <= 0; -infinity at 0, above it and for a NaN, +0 below -44.
///
/// Near 0, 1 - e^x is taken without forming e^x; far below, its logarithm without forming 1 - e^x. Largest error measured
/// over every 7th float of -43.9...-2^-80: 2.05 * 2^-24 of 1 + |result|.
@inlinable @inline(__always)
public func logOneMinusExp(_ x: Float) -> Float {
  guard x < 0 else { return -.infinity }
  let e = expNonPositive(x)
  if e < 0.25 { return logSeries(-e, 0) }
  return logPositive(x >= -0.25 ? -x * expQuotient(x) : 1 - e)
}

/// x * Phi(x) = x / 2 * (1 + erf(x / sqrt(2))) for every x (Hendrycks and Gimpel, 2016); +0 below about -9.3, NaN at
/// -infinity.
///
/// Largest errors measured over every float of 2^-12...9.32 on both sides, and every 11th from 2^-40 on: 5.843 ulp for
/// x >= 0, 9.068 ulp for x < 0; 10.15 * 2^-24 of the result throughout.
@inlinable @inline(__always)
public func geluErf(_ x: Float) -> Float { flush(x * normalDistribution(x)) }
