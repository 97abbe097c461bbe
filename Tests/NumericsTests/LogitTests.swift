import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

/// The float statistics of a row and the transforms of logits against plain Double.
@Suite struct LogitTests {
  /// Logits of 1, 2, ... tokens; adversarial values within 20 of 0 over the temperature, one banned token where there are
  /// several.
  static func logits(_ vocabulary: Int, seed: UInt64, temperature: Float = 1) -> [Float] {
    var random = SplitMix64(seed)
    var logits = random.adversarial(vocabulary).map { max(-20, min(20, $0 * 4)) * temperature }
    if vocabulary > 2 { logits[vocabulary / 2] = -.infinity }
    return logits
  }

  /// The softmax's probabilities and its log-sum-exp.
  static func exact(_ logits: [Float], temperature: Float = 1) -> (p: [Double], logSum: Double) {
    let z = logits.map { Double($0) / Double(temperature) }
    let logSum = log(z.map { exp($0) }.reduce(0, +))
    return (z.map { exp($0 - logSum) }, logSum)
  }

  /// How far a logit over the temperature is off: the inverse and the product are rounded.
  static func temperatureError(_ temperature: Float) -> Double { temperature == 1 ? 0 : 40 * 0x1p-24 }

  /// How far the sum of exponentials is off, relative to itself: each difference by 2^-24 of at most 40, each
  /// exponential by 1.15 ulp, the sum of n terms by n / 256 + 8 roundings.
  static func sumError(_ vocabulary: Int) -> Double { Double(40 + 3 + vocabulary / 256 + 9) * 0x1p-24 }

  @Test(arguments: [1, 2, 255, 256, 257, 1000, 5000], [1, 0.7, 0.001, 300] as [Float])
  func rowStatisticsAreWithinTheirRoundings(vocabulary: Int, temperature: Float) {
    let logits = Self.logits(vocabulary, seed: UInt64(vocabulary), temperature: temperature)
    let (out, status) = (poisoned(4), mutableOperand([UInt32(77)]))
    Reference.rowStatistics(
      RowStatistics(
        rows: 1, vocabulary: U32(vocabulary), inverseTemperature: 1 / temperature, rowWarps: 0),
      logits: operand(logits), out: out, status: status)
    let (p, logSum) = Self.exact(logits, temperature: temperature)
    let ranked = logits.map { flush(flush($0) * (1 / temperature)) }.sorted(by: >)
    let moved = Self.temperatureError(temperature)
    // exp and log move the sum's relative error to an absolute one; log and the last addition round once more.
    let logBound = Self.sumError(vocabulary) + 3 * 0x1p-24 * (20 + log(Double(vocabulary)))
    let entropy = -p.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) }
    // The mean of z - m, at most 40 in magnitude, has the sum's error twice and a few roundings of its own.
    let entropyBound = logBound + 40 * (2 * Self.sumError(vocabulary) + 6 * 0x1p-24)
    #expect(status[0] == STATUS_OK && out[0] == ranked[0])
    #expect(abs(Double(out[1]) - logSum) <= logBound + moved)
    // Moved logits move the entropy by p |log p + entropy| each, which is 2 log(vocabulary) together at most.
    #expect(abs(Double(out[2]) - entropy) <= entropyBound + 2 * log(Double(vocabulary)) * moved)
    #expect(out[3] == (vocabulary > 1 ? ranked[0] - ranked[1] : .infinity))
  }

  /// Of one row in a batch: a factor out of range is none, and what it makes of finite logits may be infinite.
  @Test func aRowsOwnTemperatureIsTheFirstWordOfItsWarp() {
    let factors: [Float] = [2, 0, -1, .nan, .infinity, 0x1p20, 0x1.000002p20, 0x1p-64, 0x1p-65]
    let rows = factors.count
    let row: [Float] = [0x1p109, 0x1p108, -1]
    let warps: [UInt32] = factors.flatMap { [$0.bitPattern, 7, 7, 7, 7] }
    let (out, status) = (poisoned(4 * rows), mutableOperand([UInt32](repeating: 77, count: rows)))
    Reference.rowStatistics(
      RowStatistics(rows: U32(rows), vocabulary: 3, inverseTemperature: 1, rowWarps: 1),
      logits: operand(factors.flatMap { _ in row }), out: out, status: status, warps: operand(warps))
    let fine = [0, 7]
    #expect(status.indices.filter { status[$0] == STATUS_OK } == fine)
    #expect(fine.map { out[4 * $0] } == [0x1p110, 0x1p45])
    #expect(status.indices.allSatisfy { fine.contains($0) || out[4 * $0].bitPattern == NAN_BITS })
  }

  @Test func equalLogitsHaveTheUniformEntropyAndNoGap() {
    let (out, status) = (poisoned(4), mutableOperand([UInt32(77)]))
    let row = [Float](repeating: -3, count: 512)
    Reference.rowStatistics(
      RowStatistics(rows: 1, vocabulary: 512, inverseTemperature: 1, rowWarps: 0), logits: operand(row),
      out: out, status: status)
    #expect(Array(out) == [-3, -3 + logPositive(512), logPositive(512), 0])
  }

  @Test(arguments: [1, 2, 257, 1000], [1, 0.7, 300] as [Float])
  func tokenLogProbabilityIsWithinItsRoundings(vocabulary: Int, temperature: Float) {
    let logits = Self.logits(vocabulary, seed: UInt64(vocabulary), temperature: temperature)
    let tokens = Array(0..<UInt32(vocabulary)) + [UInt32(vocabulary), NO_TOKEN]
    let (out, status) = (poisoned(tokens.count), mutableOperand([UInt32](repeating: 77, count: tokens.count)))
    Reference.tokenLogProbability(
      TokenLogProbability(
        rows: U32(tokens.count), vocabulary: U32(vocabulary), count: 1, inverseTemperature: 1 / temperature,
        rowWarps: 0),
      logits: operand([[Float]](repeating: logits, count: tokens.count).flatMap { $0 }),
      tokens: operand(tokens), out: out, status: status)
    let logSum = Self.exact(logits, temperature: temperature).logSum
    let bound =
      Self.sumError(vocabulary) + 4 * 0x1p-24 * (40 + log(Double(vocabulary)))
      + 2 * Self.temperatureError(temperature)
    for v in 0..<vocabulary {
      if logits[v] == -.infinity {
        #expect(out[v] == -.infinity)
      } else {
        let exact = Double(logits[v]) / Double(temperature) - logSum
        #expect(abs(Double(out[v]) - exact) <= bound, "token \(v)")
      }
      #expect(status[v] == STATUS_OK)
    }
    #expect(out[vocabulary].isNaN && out[vocabulary + 1].isNaN)
    #expect(status[vocabulary...].allSatisfy { $0 == STATUS_MALFORMED_DRAFT })
    // The same tokens of one row.
    let together = poisoned(tokens.count)
    Reference.tokenLogProbability(
      TokenLogProbability(
        rows: 1, vocabulary: U32(vocabulary), count: U32(tokens.count), inverseTemperature: 1 / temperature,
        rowWarps: 0),
      logits: operand(logits), tokens: operand(tokens), out: together, status: status)
    #expect(bits(together) == bits(out) && status[0] == STATUS_MALFORMED_DRAFT)
  }

  @Test(arguments: [(1, 1), (2, 1), (257, 1), (257, 0.7), (1000, 300)], [0, 0.001, 3] as [Float])
  func divergenceIsWithinItsRoundings(row: (vocabulary: Int, temperature: Float), distance: Float) {
    let (vocabulary, temperature) = row
    let p = Self.logits(vocabulary, seed: 1, temperature: temperature)
    var random = SplitMix64(2)
    let q = zip(p, random.floats(vocabulary)).map { $0 + distance * temperature * $1 }
    let (out, status) = (poisoned(1), mutableOperand([UInt32(77)]))
    Reference.divergence(
      Divergence(
        rows: 1, vocabulary: U32(vocabulary), inverseTemperature: 1 / temperature, rowWarps: 0),
      p: operand(p), q: operand(q), out: out, status: status)
    let (a, b) = (Self.exact(p, temperature: temperature), Self.exact(q, temperature: temperature))
    let exact = p.indices.reduce(0.0) {
      let difference = (Double(p[$1]) - Double(q[$1])) / Double(temperature)
      return a.p[$1] > 0 ? $0 + a.p[$1] * (difference - a.logSum + b.logSum) : $0
    }
    // Differences of logits are off by 2^-24 of 43 twice, both logarithms by the sum's error, the mean by it twice.
    let scale = 43 + log(Double(vocabulary))
    // Moved logits move the mean of log(p / q), within 2 * distance, by that and the divergence, and both sums.
    let moved = Self.temperatureError(temperature) * (2 + 4 * Double(distance))
    let bound = 2 * Self.sumError(vocabulary) * (1 + Double(distance)) + 10 * 0x1p-24 * scale + moved
    #expect(status[0] == STATUS_OK && out[0] >= 0)
    #expect(abs(Double(out[0]) - exact) <= bound)
    if distance == 0 { #expect(out[0].bitPattern == 0) }
  }

  @Test func divergenceIsInfiniteWhereQBansAToken() {
    let (out, status) = (poisoned(3), mutableOperand([UInt32](repeating: 77, count: 3)))
    Reference.divergence(
      Divergence(rows: 3, vocabulary: 2, inverseTemperature: 1, rowWarps: 0),
      p: operand([0, 1, 0, -.infinity, .nan, 0]),
      q: operand([0, -.infinity, 0, -.infinity, 0, 0]), out: out, status: status)
    #expect(out[0] == .infinity && out[1].bitPattern == 0 && out[2].isNaN)
    #expect(Array(status) == [STATUS_OK, STATUS_OK, STATUS_NOT_FINITE])
  }
}
