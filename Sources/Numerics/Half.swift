// IEEE binary16 and bfloat16 by integer operations, so that no device's own conversion matters.
import ShaderInterface

/// The bits of `x` as a half: round to nearest even, subnormal halves kept, overflow to infinity,
/// NaN to 0x7e00 with the sign of `x`.
@inlinable
public func halfBits(of x: Float) -> UInt16 {
  let bits = x.bitPattern
  let sign = UInt16(truncatingIfNeeded: (bits >> 16) & 0x8000)
  let magnitude = bits & 0x7fff_ffff
  if magnitude > 0x7f80_0000 { return sign | 0x7e00 }
  if magnitude >= 0x4780_0000 { return sign | 0x7c00 }  // 65,536 and more
  if magnitude >= 0x3880_0000 {  // 2^-14 and more: a normal half, or infinity by carry
    let rebased = magnitude - 0x3800_0000
    return sign | UInt16((rebased + 0xfff + ((rebased >> 13) & 1)) >> 13)
  }
  let exponent = magnitude >> 23
  if exponent < 102 { return sign }  // below 2^-25: less than half of the smallest half
  let significand = (magnitude & 0x7f_ffff) | 0x80_0000
  let drop = 126 - exponent  // 14...24: the result counts units of 2^-24
  let half = (UInt32(1) << (drop - 1)) - 1 + ((significand >> drop) & 1)
  return sign | UInt16((significand + half) >> drop)
}

/// The value of a half, exactly; a NaN keeps its payload.
@inlinable
public func float(half: UInt16) -> Float {
  let sign = UInt32(half & 0x8000) << 16
  let exponent = UInt32(half >> 10) & 31
  let fraction = UInt32(half & 0x3ff)
  if exponent == 31 { return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13) }
  if exponent != 0 { return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13) }
  if fraction == 0 { return Float(bitPattern: sign) }
  let top = UInt32(31 - fraction.leadingZeroBitCount)  // value = fraction * 2^-24
  return Float(bitPattern: sign | (top + 103) << 23 | (fraction << (23 - top)) & 0x7f_ffff)
}

/// Element `index` of halves stored two to a word, the even element in the low half; exact.
@inlinable @inline(__always)
public func float(halves words: UnsafeBufferPointer<UInt32>, at index: Int) -> Float {
  float(half: UInt16(truncatingIfNeeded: words[index >> 1] >> UInt32((index & 1) * 16)))
}

/// The bits of `x` as a bf16: round to nearest even, magnitudes below 2^-40 are +0, NaN is 0x7fc0 with its sign.
///
/// Down to 2^-40, products with an activation of 13 significant bits are multiples of 2^-123, never subnormal.
@inlinable
public func bfloatBits(of x: Float) -> UInt16 {
  let sign = UInt16(truncatingIfNeeded: x.bitPattern >> 16) & 0x8000
  if x.isNaN { return sign | 0x7fc0 }
  if x.bitPattern & 0x7fff_ffff < NORM_FLUSH_BITS { return 0 }
  return UInt16(truncatingIfNeeded: rounded(x, to: 8).bitPattern >> 16)
}

/// The value of a bf16, exactly.
@inlinable
public func float(bfloat bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
