/// IEEE 754 binary16 by integer operations, the same as module Numerics defines them.
enum CheckpointHalf {
  /// The value of a half, exactly; a NaN keeps its payload.
  static func float(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 31)
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 31: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    case 0:  // fraction * 2^-24, exact in f32
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// The nearest half, ties to even; overflow to infinity, NaN to 0x7e00 with its sign.
  static func bits(_ value: Float) -> UInt16 {
    let sign = UInt16(value.bitPattern >> 16 & 0x8000)
    let magnitude = value.bitPattern & 0x7fff_ffff
    if magnitude > 0x7f80_0000 { return sign | 0x7e00 }
    if magnitude >= 0x4780_0000 { return sign | 0x7c00 }  // 65,536 and more
    if magnitude >= 0x3880_0000 {  // 2^-14 and more: a normal half, or infinity by carry
      let rebased = magnitude - 0x3800_0000
      return sign | UInt16((rebased + 0xfff + (rebased >> 13 & 1)) >> 13)
    }
    // Units of 2^-24 by the scaling's exactness; the rounding is to nearest even.
    let units = (Float(bitPattern: magnitude) * 0x1p24).rounded(.toNearestOrEven)
    return sign | UInt16(units)
  }
}
