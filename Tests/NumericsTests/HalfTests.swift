import Numerics
import Testing

@Suite struct HalfTests {
  /// The value of a half from its definition.
  func value(_ half: UInt16) -> Double {
    let (exponent, fraction) = (Int(half >> 10) & 31, Double(half & 1023))
    let sign = half >> 15 == 1 ? -1.0 : 1.0
    if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
    return exponent == 0
      ? sign * fraction * 0x1p-24
      : sign * Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
  }

  @Test func everyHalfGoesBothWays() {
    for half in UInt16.min...UInt16.max {
      let x = float(half: half)
      let exact = value(half)
      if exact.isNaN {
        #expect(x.isNaN && halfBits(of: x) == 0x7e00 | half & 0x8000)
      } else {
        #expect(Double(x) == exact && x.sign == exact.sign)
        #expect(halfBits(of: x) == half)
      }
    }
  }

  @Test func betweenTwoHalvesTheNearestWinsAndTiesGoToEven() {
    for low in UInt16(0)..<0x7c00 {
      let (a, b) = (float(half: low), low == 0x7bff ? 65_536 : float(half: low + 1))
      let middle = (a + b) / 2
      let even = low & 1 == 0 ? low : low + 1
      for sign: (factor: Float, bit: UInt16) in [(1, 0), (-1, 0x8000)] {
        #expect(halfBits(of: sign.factor * middle) == even | sign.bit)
        #expect(halfBits(of: sign.factor * middle.nextDown) == low | sign.bit)
        #expect(halfBits(of: sign.factor * middle.nextUp) == (low + 1) | sign.bit)
      }
    }
  }

  @Test func whatNoHalfHolds() {
    #expect(halfBits(of: 0x1p-25) == 0)
    #expect(halfBits(of: -0x1p-149) == 0x8000)
    #expect(halfBits(of: 65_520) == 0x7c00)
    #expect(halfBits(of: -1e30) == 0xfc00)
    #expect(halfBits(of: -.infinity) == 0xfc00)
    #expect(halfBits(of: .nan) == 0x7e00)
    #expect(halfBits(of: Float(bitPattern: 0xff80_0001)) == 0xfe00)
  }
}
