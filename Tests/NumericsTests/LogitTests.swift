import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

/// The float statistics of a row and the transforms of logits against plain Double.
@Suite struct LogitTests {
  /// Logits of 1, 2, ... tokens; adversarial values within 20 of 0, one banned token where there are several.
  static func logits(_ vocabulary: Int, seed: UInt64) -> [Float] {
    var random = SplitMix64(seed)
    var logits = random.adversarial(vocabulary).map { max(-20, min(20, $0 * 4)) }
    if vocabulary > 2 { logits[vocabulary / 2] = -.infinity }
    return logits
  }

  /// The softmax's probabilities and its log-sum-exp.
  static func exact(_ logits: [Float]) -> (p: [Double], logSum: Double) {
    let logSum = log(logits.map { exp(Double($0)) }.reduce(0, +))
    return (logits.map { exp(Double($0) - logSum) }, logSum)
  }

  /// How far the sum of exponentials is off, relative to itself: each difference by 2^-24 of at most 40, each
  /// exponential by 1.15 ulp, the sum of n terms by n / 256 + 8 roundings.
  static func sumError(_ vocabulary: Int) -> Double { Double(40 + 3 + vocabulary / 256 + 9) * 0x1p-24 }

  @Test(arguments: [1, 2, 255, 256, 257, 1000, 5000])
  func rowStatisticsAreWithinTheirRoundings(vocabulary: Int) {
    let logits = Self.logits(vocabulary, seed: UInt64(vocabulary))
    let (out, status) = (poisoned(4), mutableOperand([UInt32(77)]))
    Reference.rowStatistics(
      RowStatistics(rows: 1, vocabulary: U32(vocabulary)), logits: operand(logits), out: out, status: status)
    let (p, logSum) = Self.exact(logits)
    let ranked = logits.map(flush).sorted(by: >)
    // exp and log move the sum's relative error to an absolute one; log and the last addition round once more.
    let logBound = Self.sumError(vocabulary) + 3 * 0x1p-24 * (20 + log(Double(vocabulary)))
    let entropy = -zip(p, logits).reduce(0) { $0 + ($1.0 > 0 ? $1.0 * log($1.0) : 0) }
    // The mean of z - m, at most 40 in magnitude, has the sum's error twice and a few roundings of its own.
    let entropyBound = logBound + 40 * (2 * Self.sumError(vocabulary) + 6 * 0x1p-24)
    #expect(status[0] == STATUS_OK && out[0] == ranked[0])
    #expect(abs(Double(out[1]) - logSum) <= logBound)
    #expect(abs(Double(out[2]) - entropy) <= entropyBound)
    #expect(out[3] == (vocabulary > 1 ? ranked[0] - ranked[1] : .infinity))
  }

  @Test func equalLogitsHaveTheUniformEntropyAndNoGap() {
    let (out, status) = (poisoned(4), mutableOperand([UInt32(77)]))
    let row = [Float](repeating: -3, count: 512)
    Reference.rowStatistics(
      RowStatistics(rows: 1, vocabulary: 512), logits: operand(row), out: out, status: status)
    #expect(Array(out) == [-3, -3 + logPositive(512), logPositive(512), 0])
  }

  @Test(arguments: [1, 2, 257, 1000])
  func tokenLogProbabilityIsWithinItsRoundings(vocabulary: Int) {
    let logits = Self.logits(vocabulary, seed: UInt64(vocabulary))
    let tokens = Array(0..<UInt32(vocabulary)) + [UInt32(vocabulary), NO_TOKEN]
    let (out, status) = (poisoned(tokens.count), mutableOperand([UInt32](repeating: 77, count: tokens.count)))
    Reference.tokenLogProbability(
      TokenLogProbability(rows: U32(tokens.count), vocabulary: U32(vocabulary), count: 1),
      logits: operand([[Float]](repeating: logits, count: tokens.count).flatMap { $0 }),
      tokens: operand(tokens), out: out, status: status)
    let logSum = Self.exact(logits).logSum
    let bound = Self.sumError(vocabulary) + 4 * 0x1p-24 * (40 + log(Double(vocabulary)))
    for v in 0..<vocabulary {
      if logits[v] == -.infinity {
        #expect(out[v] == -.infinity)
      } else {
        #expect(abs(Double(out[v]) - (Double(logits[v]) - logSum)) <= bound, "token \(v)")
      }
      #expect(status[v] == STATUS_OK)
    }
    #expect(out[vocabulary].isNaN && out[vocabulary + 1].isNaN)
    #expect(status[vocabulary...].allSatisfy { $0 == STATUS_MALFORMED_DRAFT })
    // The same tokens of one row.
    let together = poisoned(tokens.count)
    Reference.tokenLogProbability(
      TokenLogProbability(rows: 1, vocabulary: U32(vocabulary), count: U32(tokens.count)),
      logits: operand(logits), tokens: operand(tokens), out: together, status: status)
    #expect(bits(together) == bits(out) && status[0] == STATUS_MALFORMED_DRAFT)
  }

  @Test(arguments: [1, 2, 257, 1000], [0, 0.001, 3] as [Float])
  func divergenceIsWithinItsRoundings(vocabulary: Int, distance: Float) {
    let p = Self.logits(vocabulary, seed: 1)
    var random = SplitMix64(2)
    let q = zip(p, random.floats(vocabulary)).map { $0 + distance * $1 }
    let (out, status) = (poisoned(1), mutableOperand([UInt32(77)]))
    Reference.divergence(
      Divergence(rows: 1, vocabulary: U32(vocabulary)), p: operand(p), q: operand(q), out: out, status: status
    )
    let (a, b) = (Self.exact(p), Self.exact(q))
    let exact = p.indices.reduce(0.0) {
      a.p[$1] > 0 ? $0 + a.p[$1] * (Double(p[$1]) - a.logSum - Double(q[$1]) + b.logSum) : $0
    }
    // Differences of logits are off by 2^-24 of 43 twice, both logarithms by the sum's error, the mean by it twice.
    let scale = 43 + log(Double(vocabulary))
    let bound = 2 * Self.sumError(vocabulary) * (1 + Double(distance)) + 10 * 0x1p-24 * scale
    #expect(status[0] == STATUS_OK && out[0] >= 0)
    #expect(abs(Double(out[0]) - exact) <= bound)
    if distance == 0 { #expect(out[0].bitPattern == 0) }
  }

  @Test func divergenceIsInfiniteWhereQBansAToken() {
    let (out, status) = (poisoned(3), mutableOperand([UInt32](repeating: 77, count: 3)))
    Reference.divergence(
      Divergence(rows: 3, vocabulary: 2), p: operand([0, 1, 0, -.infinity, .nan, 0]),
      q: operand([0, -.infinity, 0, -.infinity, 0, 0]), out: out, status: status)
    #expect(out[0] == .infinity && out[1].bitPattern == 0 && out[2].isNaN)
    #expect(Array(status) == [STATUS_OK, STATUS_OK, STATUS_NOT_FINITE])
  }
}
