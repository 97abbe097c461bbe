import Numerics
import ShaderInterface
import Testing

@Suite struct RoundingTests {
  /// Dense bit patterns, and the neighbourhood of every power of two.
  static var patterns: [UInt32] {
    let dense = stride(from: UInt32(0), to: 0xffff_0000, by: 163_841)
    let edges = (UInt32(0)..<256).flatMap { e in (UInt32(0)..<48).map { (e << 23) &+ $0 &- 24 } }
    return Array(dense) + edges + edges.map { $0 ^ 0x8000_0000 }
  }

  @Test func flushKeepsEverythingFrom2ToTheMinus64() {
    for pattern in Self.patterns {
      let x = Float(bitPattern: pattern)
      let expected = abs(x) < 0x1p-64 ? 0 : x
      #expect(bits([flush(x)]) == bits([expected]))
    }
  }

  @Test(arguments: 1...24 as ClosedRange<UInt32>)
  func roundedIsTheNearestEvenValue(significantBits: UInt32) {
    for pattern in Self.patterns {
      let x = Float(bitPattern: pattern)
      let value = rounded(x, to: significantBits)
      if !x.isFinite || abs(x) < 0x1p-64 {
        #expect(bits([value]) == bits([x.isFinite ? 0 : x]))
        continue
      }
      // Scaled so that the unit of the last bit kept is 1: Double rounds ties to even.
      let unit = Double(sign: .plus, exponent: Int(x.exponent) + 1 - Int(significantBits), significand: 1)
      let exact = (Double(x) / unit).rounded(.toNearestOrEven) * unit
      #expect(value == Float(exact), "\(x) to \(significantBits)")
    }
  }

  @Test func aNaNNeverIsTheMaximum() {
    #expect([Float.nan, -3, .nan, 2, .nan, 1].reduce(-.infinity, maximum) == 2)
    #expect([Float.nan, .nan].reduce(-.infinity, maximum) == -.infinity)
    #expect([Float.infinity, 1].reduce(-.infinity, maximum) == .infinity)
  }
}
