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

  private func draw(
    _ weights: [UInt32], count: Int, runs: Int, stream: U32 = 0
  ) -> (tokens: [UInt32], keys: [Float]) {
    let rows = [[UInt32]](repeating: weights, count: runs).flatMap { $0 }
    let totals = [[UInt32]](repeating: [weights.reduce(0, +), 0], count: runs).flatMap { $0 }
    let (tokens, keys) = (
      mutableOperand([UInt32](repeating: 77, count: runs * count)), poisoned(runs * count)
    )
    Reference.drawGumbel(
      DrawGumbel(
        rows: U32(runs), vocabulary: U32(weights.count), sequences: 1, count: U32(count), rowStreams: 1,
        stream: stream),
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
        rest: 1 - ratio, stream: 0, rowWarps: 0), a: operand(repeated(a)), b: operand(repeated(b)),
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

  /// The noise of `token` in row r, whose position is 11 + r, and the bound of the test above on what `gumbel` makes of it.
  private func exactNoise(row r: Int, token: Int, stream: U32 = 0) -> (noise: Double, error: Double) {
    let counter = SIMD4(11 + U32(r), U32(token), ROLE_NOISE, stream)
    let word = Philox.words(counter: counter, key: SIMD2(Self.state[1], Self.state[2]))[0]
    let noise = -log(-log1p(-Double(leadingFloat(word | 1)) * 0x1p-32))
    return (noise, 0x1p-22 + abs(noise) * 0x1p-23)
  }

  /// Bound: the noise's own; the shares' rounding, a product each for temperature and share, and the mixture's sum, 2^-24
  /// of the logits' magnitudes; the noisy key's rounding; flushes 2^-62 in all. The best of such keys has an exact key at
  /// most two bounds below the greatest one.
  @Test(arguments: [0, 0.3, 1] as [Double], [0, 9] as [U32])
  func sharedDrawsAreTheBestOfKeysWithinTheirRoundings(ratio: Double, stream: U32) {
    var random = SplitMix64(5)
    let (rows, vocabulary, temperature) = (100, 300, 0.7)
    let (a, b) = (random.floats(rows * vocabulary), random.floats(rows * vocabulary))
    let out = mutableOperand([UInt32](repeating: 77, count: 4 * rows))
    Reference.drawShared(
      DrawShared(
        rows: U32(rows), vocabulary: U32(vocabulary), sequences: 1,
        inverseTemperature: Float(1 / temperature),
        ratio: Float(ratio), rest: Float(1 - ratio), stream: stream, rowWarps: 0),
      a: operand(a), b: operand(b), depths: operand((0..<U32(rows)).map { $0 }), state: operand(Self.state),
      owners: operand([]), out: out)
    for (draw, share) in [(0, 1), (2, ratio)] {
      for r in 0..<rows {
        let keys = (0..<vocabulary).map { v -> (exact: Double, error: Double) in
          let y = share * Double(a[r * vocabulary + v]) / temperature
          let z = (1 - share) * Double(b[r * vocabulary + v]) / temperature
          let (noise, noiseError) = exactNoise(row: r, token: v, stream: stream)
          let exact = y + z + noise
          return (exact, noiseError + 5 * 0x1p-24 * (abs(y) + abs(z)) + 0x1p-24 * abs(exact) + 0x1p-62)
        }
        let token = Int(out[4 * r + draw])
        let best = keys.max { $0.exact < $1.exact }!
        #expect(keys[token].exact >= best.exact - best.error - keys[token].error, "row \(r) draw \(draw)")
      }
    }
  }

  /// Bound: the noise's own; each logarithm's 2^-23 of itself, and 2^-23 for the bits that `leading` clears; 2^-24 of their
  /// difference and of the key.
  @Test(arguments: [0, 1000, .max - 3] as [U32])
  func drawGumbelGivesKeysWithinTheirRoundings(stream: U32) {
    let weights: [UInt32] = [3, 0x2aaa_aaab, 1, 0x1234_5678, 1 << 20, 77]
    let (tokens, keys) = draw(weights, count: 6, runs: 200, stream: stream)
    let total = Double(weights.reduce(0, +))
    for (i, key) in keys.enumerated() {
      let (run, token) = (i / 6, Int(tokens[i]))
      let (noise, noiseError) = exactNoise(row: run / 7, token: token, stream: stream &+ U32(run))
      let (ofWeight, ofTotal) = (log(Double(weights[token])), log(total))
      let exact = ofWeight - ofTotal + noise
      let bound =
        noiseError + 0x1p-23 * (2 + ofWeight + ofTotal) + 0x1p-24 * (abs(ofWeight - ofTotal) + abs(exact))
      #expect(abs(Double(key) - exact) <= bound, "run \(run) token \(token)")
    }
  }

  @Test func sharedNoiseReportsRowsThatAreNotFinite() {
    #expect(shared([0, 1], [0, .nan], ratio: 0.5, runs: 1)[1...] == [STATUS_OK, 0, STATUS_NOT_FINITE])
    #expect(
      shared([.infinity, 1], [0, 0], ratio: 1, runs: 1) == [0, STATUS_NOT_FINITE, 0, STATUS_NOT_FINITE])
    #expect(shared([-.infinity, 1], [1, -.infinity], ratio: 1, runs: 1) == [1, 0, 0, STATUS_NOT_FINITE])
  }
}
