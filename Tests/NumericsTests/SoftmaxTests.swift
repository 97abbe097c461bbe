import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

/// Probabilities as floats against plain Double.
@Suite struct SoftmaxTests {
  private func softmax(
    _ x: [Float], rows: Int = 1, inverseTemperature: Float = 1, bits: UInt32 = 24
  ) -> (out: [Float], status: [UInt32]) {
    let (out, status) = (poisoned(x.count), mutableOperand([UInt32](repeating: 77, count: rows)))
    Reference.softmax(
      Softmax(
        rows: U32(rows), columns: U32(x.count / rows), inverseTemperature: inverseTemperature,
        significantBits: bits), x: operand(x), out: out, status: status)
    return (Array(out), Array(status))
  }

  /// A logit over the temperature and its distance from the greatest, at most 44 where the result is not 0, are off by a
  /// rounding each, the exponential by 1.15 ulp; the sum by the same and its own roundings; the reciprocal by 2 ulp.
  @Test(arguments: [1, 2, 8, 9, 255, 256, 257, 5000], [1, 0.37, 4] as [Float])
  func probabilitiesAreWithinTheirRoundings(columns: Int, inverseTemperature: Float) {
    for (seed, bits) in [(UInt64(columns), 24), (5, 13)] as [(UInt64, UInt32)] {
      let x = LogitTests.logits(columns, seed: seed)
      let (out, status) = softmax(x, inverseTemperature: inverseTemperature, bits: bits)
      let z = x.map { Double($0) * Double(inverseTemperature) }
      let sum = z.map { exp($0) }.reduce(0, +)
      let greatest = z.map(abs).filter { $0.isFinite }.max()!
      let roundings = Double(52 + columns / 256) + 60 + 2 * greatest
      let relative = roundings * 0x1p-24 + (bits == 24 ? 0 : pow(2, -Double(bits)))
      #expect(status == [STATUS_OK])
      for c in 0..<columns {
        let exact = exp(z[c]) / sum
        #expect(abs(Double(out[c]) - exact) <= relative * exact + 0x1p-63, "column \(c)")
        if x[c] == -.infinity { #expect(out[c].bitPattern == 0) }
      }
    }
  }

  @Test func equalLogitsShareAndBannedOnesHaveNothing() {
    let banned = -Float.infinity
    let (out, status) = softmax(
      [7, banned, 7, 7, 7, banned, -3, banned, banned, banned, banned, banned], rows: 2, bits: 13)
    #expect(out == [0.25, 0, 0.25, 0.25, 0.25, 0, 1, 0, 0, 0, 0, 0])
    #expect(status == [STATUS_OK, STATUS_OK])
  }

  @Test func rowsThatAreNotFiniteGiveNoNumbers() {
    let infinity = Float.infinity
    let rows: [Float] = [1, .nan, 1, infinity, -infinity, -infinity, 3e38, 0, -3e38, -3e38]
    let (out, status) = softmax(rows, rows: 5, inverseTemperature: 2)
    #expect(status == [1, 1, 1, 1, 1])  // the last two because of what the factor makes of them
    #expect(out.allSatisfy { $0.bitPattern == NAN_BITS })
    let (fine, statuses) = softmax(rows, rows: 5, inverseTemperature: 0.5, bits: 13)
    #expect(statuses == [1, 1, 1, STATUS_OK, STATUS_OK] && fine[6...] == [1, 0, 0.5, 0.5])
  }

  /// Lanes without elements add nothing, so that a group of fewer lanes gives the same sum.
  @Test(arguments: [1, 2, 5, 8, 13, 64, 100, 128])
  func shortRowsNeedFewerLanes(columns: Int) {
    var random = SplitMix64(UInt64(columns))
    let terms = random.adversarial(columns).map { flush(abs($0)) }
    var lanes = 8
    while lanes < columns { lanes *= 2 }
    let few = rowSum(count: columns, lanes: lanes) { terms[$0] }
    #expect(few.bitPattern == rowSum(count: columns, lanes: Int(VOCABULARY_LANES)) { terms[$0] }.bitPattern)
  }
}
