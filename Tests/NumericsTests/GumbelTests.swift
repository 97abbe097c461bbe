import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

@Suite struct GumbelTests {
  private static let state: [UInt32] = [10, 5, 6, 3, 0, 0, 0, 0]

  /// Bound: the inner logarithm is within 2 ulp, so -log of it within 2^-22 absolutely, and the outer one within an ulp.
  @Test func noiseIsTheGumbelQuantile() {
    var random = SplitMix64(1)
    let edges: [UInt32] = [0, 1, 2, 255, 1 << 24, 0x3fff_ffff, 0x4000_0000, .max]
    for word in edges + (0..<100_000).map({ _ in UInt32(truncatingIfNeeded: random.next()) }) {
      let u = Double(leadingFloat(word | 1)) * 0x1p-32
      let exact = -log(-log1p(-u))
      #expect(abs(Double(gumbel(word: word)) - exact) <= 0x1p-22 + abs(exact) * 0x1p-23, "word \(word)")
    }
  }

  private func draw(_ weights: [UInt32], count: Int, runs: Int) -> (tokens: [UInt32], keys: [Float]) {
    let rows = [[UInt32]](repeating: weights, count: runs).flatMap { $0 }
    let totals = [[UInt32]](repeating: [weights.reduce(0, +), 0], count: runs).flatMap { $0 }
    let (tokens, keys) = (
      mutableOperand([UInt32](repeating: 77, count: runs * count)), poisoned(runs * count)
    )
    Reference.drawGumbel(
      DrawGumbel(
        rows: U32(runs), vocabulary: U32(weights.count), sequences: 1, count: U32(count), rowStreams: 1),
      weights: operand(rows), totals: operand(totals), depths: operand((0..<U32(runs)).map { $0 / 7 }),
      state: operand(Self.state), owners: operand([]), tokens: tokens, keys: keys)
    return (Array(tokens), Array(keys))
  }

  /// Pairs in order have the law of drawing without replacement, within five standard deviations.
  @Test func drawGumbelDrawsWithoutReplacement() {
    let weights: [UInt32] = [1, 2, 0, 5]
    let runs = 40_000
    let tokens = draw(weights, count: 2, runs: runs).tokens
    var counts: [[UInt32]: Int] = [:]
    for run in 0..<runs { counts[Array(tokens[2 * run..<2 * run + 2]), default: 0] += 1 }
    for first in [0, 1, 3] {
      for second in [0, 1, 3] where second != first {
        let p = Double(weights[first]) / 8 * Double(weights[second]) / Double(8 - weights[first])
        let found = Double(counts[[UInt32(first), UInt32(second)]] ?? 0)
        #expect(abs(found - p * Double(runs)) <= 5 * (p * (1 - p) * Double(runs)).squareRoot())
      }
    }
    #expect(counts.values.reduce(0, +) == runs && counts.count == 6)
  }

  @Test func drawGumbelGivesKeysInOrderAndStopsWhereWeightsEnd() {
    let (tokens, keys) = draw([3, 0, 1 << 30, 7, 0], count: 6, runs: 50)
    for run in 0..<50 {
      let (own, ownKeys) = (tokens[6 * run..<6 * run + 6], keys[6 * run..<6 * run + 6])
      #expect(Set(own.prefix(3)) == [0, 2, 3] && own.dropFirst(3).allSatisfy { $0 == NO_TOKEN })
      #expect(zip(ownKeys, ownKeys.dropFirst()).allSatisfy { $0 >= $1 })
      #expect(ownKeys.dropFirst(3).allSatisfy { $0 == -.infinity })
    }
  }

  private func shared(_ a: [Float], _ b: [Float], ratio: Float, runs: Int) -> [UInt32] {
    let out = mutableOperand([UInt32](repeating: 77, count: 4 * runs))
    let repeated = { (row: [Float]) in [[Float]](repeating: row, count: runs).flatMap { $0 } }
    Reference.drawShared(
      DrawShared(
        rows: U32(runs), vocabulary: U32(a.count), sequences: 1, inverseTemperature: 1, ratio: ratio,
        rest: 1 - ratio), a: operand(repeated(a)), b: operand(repeated(b)),
      depths: operand((0..<U32(runs)).map { $0 }), state: operand(Self.state), owners: operand([]), out: out)
    return Array(out)
  }

  @Test func sharedNoiseGivesEachItsOwnLawAndMostlyTheSameToken() {
    let (a, b): ([Float], [Float]) = ([0, 1, 2, -.infinity], [0.5, 1, 1.5, 9])
    let runs = 20_000
    let out = shared(a, b, ratio: 0.5, runs: runs)
    var equal = 0
    for (which, logits) in [(0, a), (2, [0.25, 1, 1.75, -.infinity])] {
      let shares = logits.map { exp(Double($0)) }
      for v in 0..<4 {
        let p = shares[v] / shares.reduce(0, +)
        let found = Double((0..<runs).count { out[4 * $0 + which] == v })
        #expect(abs(found - p * Double(runs)) <= 5 * (p * (1 - p) * Double(runs)).squareRoot() + 1e-9)
      }
    }
    for run in 0..<runs where out[4 * run] == out[4 * run + 2] { equal += 1 }
    #expect(equal > runs * 9 / 10)
    #expect((0..<runs).allSatisfy { out[4 * $0 + 1] == STATUS_OK && out[4 * $0 + 3] == STATUS_OK })
  }

  @Test func sharedNoiseReportsRowsThatAreNotFinite() {
    #expect(shared([0, 1], [0, .nan], ratio: 0.5, runs: 1)[1...] == [STATUS_OK, 0, STATUS_NOT_FINITE])
    #expect(
      shared([.infinity, 1], [0, 0], ratio: 1, runs: 1) == [0, STATUS_NOT_FINITE, 0, STATUS_NOT_FINITE])
    #expect(shared([-.infinity, 1], [1, -.infinity], ratio: 1, runs: 1) == [1, 0, 0, STATUS_NOT_FINITE])
  }
}
