import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

@Suite struct RotaryTests {
  /// Bound: two products and an add, 2^-24 each of |a cos| + |b sin|, a query's rounding 2^-13; flushes 3 * 2^-64.
  /// Elements that do not turn are rounded or flushed once.
  @Test(arguments: [6, 4, 2], [ROTARY_HALVES, ROTARY_INTERLEAVED])
  func rotaryTurnsQueriesAndKeysAndZeroesBeyondTheTable(rotarySize: Int, pairing: UInt32) {
    var random = SplitMix64(7)
    let (size, positions, pairs) = (6, 10, rotarySize / 2)
    let p = Rotary(
      rows: 3, firstRow: 1, heads: 2, keyHeads: 1, headSize: U32(size), inputColumns: 24, significantBits: 13,
      rotarySize: U32(rotarySize), pairing: pairing, sequences: 1)
    let x = random.floats(24) + random.adversarial(24) + random.floats(24)
    let angles = (0..<positions * pairs).map { _ in Double.random(in: -3...3, using: &random) }
    let table = angles.flatMap { [Float(cos($0)), Float(sin($0))] }
    let out = poisoned(3 * 18)
    let state: [UInt32] = [4, 0, 0, 0, 0, 0, 0, 0]
    Reference.rotary(
      p, x: operand(x), table: operand(table), depths: operand([99, 0, 5, 6]), state: operand(state),
      owners: operand([UInt32.max]), out: out)
    for (r, position) in [4, 9].enumerated() {
      for h in 0..<3 {
        let head = x[r * 24 + h * size..<r * 24 + (h + 1) * size].map(Double.init)
        for e in 0..<size {
          var terms = (head[e], 0.0)
          if e < rotarySize {
            let interleaved = pairing == ROTARY_INTERLEAVED
            let i = interleaved ? e / 2 : e % pairs
            let isSecond = interleaved ? e % 2 == 1 : e >= pairs
            let partner = head[interleaved ? e ^ 1 : (e + pairs) % rotarySize]
            let c = Double(table[(position * pairs + i) * 2])
            let s = Double(table[(position * pairs + i) * 2 + 1])
            terms = (head[e] * c, isSecond ? partner * s : -partner * s)
          }
          let value = Double(out[r * 18 + h * size + e])
          let exact = terms.0 + terms.1
          let scale = abs(terms.0) + abs(terms.1)
          let bound = 3 * 0x1p-24 * scale + (h < 2 ? 0x1p-13 * abs(exact) : 0) + 0x1p-62
          #expect(abs(value - exact) <= bound, "row \(r) head \(h) element \(e)")
        }
      }
    }
    #expect(out[36...].allSatisfy { $0.bitPattern == 0 })
  }
}
