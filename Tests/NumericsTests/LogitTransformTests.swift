import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

@Suite struct LogitTransformTests {
  /// A history of 5 tokens and a tree 0 -> (1, 2), 2 -> 3, so rows see different texts.
  @Test func penaltiesCountTheHistoryAndTheRowsOwnPath() {
    let p = Penalties(
      rows: 4, vocabulary: 4, historyCapacity: 8, window: 4, repetition: 2, inverseRepetition: 0.5,
      presence: 0.25, frequency: 1, hasBias: 0, maskWords: 0, rowMasks: 0, sequences: 1,
      rowSettings: 0, rowBiases: 0)
    let logits = mutableOperand([[Float]](repeating: [4, -1, 0, -.infinity], count: 4).flatMap { $0 })
    Reference.penalties(
      p, logits: logits, history: operand([0, 0, 1, 0, 9, 3, 3, 3]),
      state: operand([4, 0, 0, 0, 0, 0, 0, 0]),
      tokens: operand([9, 1, 0, 2]), parents: operand([NO_NODE, 0, 0, 2]), bias: operand([]),
      mask: operand([]), owners: operand([])
    )
    let ban = -Float.infinity
    // Windows: 0 1 0 9 | 1 0 9 1 | 1 0 9 0 | 0 9 0 2.
    let expected: [Float] = [
      -0.25, -3.25, 0, ban,
      0.75, -4.25, 0, ban,
      -0.25, -3.25, 0, ban,
      -0.25, -1, -1.25, ban,
    ]
    #expect(Array(logits) == expected)
  }

  /// Bound: a rounding for each factor, product and difference, of the magnitudes' sum.
  @Test func penaltiesStayNearExactArithmetic() {
    let p = Penalties(
      rows: 1, vocabulary: 500, historyCapacity: 64, window: 64, repetition: 1.3, inverseRepetition: 1 / 1.3,
      presence: 0.37, frequency: 0.11, hasBias: 0, maskWords: 0, rowMasks: 0, sequences: 1,
      rowSettings: 0, rowBiases: 0)
    let history = (0..<64).map { UInt32($0 * $0 % 500) }
    let before = LogitTests.logits(500, seed: 3)
    let logits = mutableOperand(before)
    Reference.penalties(
      p, logits: logits, history: operand(history), state: operand([63, 0, 0, 0, 0, 0, 0, 0]),
      tokens: operand([0]), parents: operand([NO_NODE]), bias: operand([]), mask: operand([]),
      owners: operand([]))
    for v in 0..<500 where before[v].isFinite {
      let count = Double(history.filter { $0 == UInt32(v) }.count)
      let scaled = Double(before[v]) * (before[v] > 0 ? 1 / 1.3 : 1.3)
      let exact = count > 0 ? scaled - count * 0.11 - 0.37 : Double(before[v])
      let bound = 5 * 0x1p-24 * (abs(scaled) + count * 0.11 + 0.37) + 0x1p-63
      #expect(abs(Double(logits[v]) - exact) <= (count > 0 ? bound : 0), "token \(v)")
    }
  }

  /// The same text thrice: the row's settings say what it costs, its biases what is added. A repetition that no host writes
  /// is a factor like any other, but for one below 2^-64.
  @Test func penaltiesOfRowsAreTheirOwn() {
    let p = Penalties(
      rows: 3, vocabulary: 3, historyCapacity: 4, window: 0, repetition: 9, inverseRepetition: 9,
      presence: 9, frequency: 9, hasBias: 1, maskWords: 0, rowMasks: 0, sequences: 1, rowSettings: 1,
      rowBiases: 1)
    func words(_ repetition: Float, _ inverse: Float, _ presence: Float, _ frequency: Float, _ window: UInt32)
      -> [UInt32]
    {
      [repetition, inverse, presence, frequency].map(\.bitPattern) + [window]
    }
    let logits = mutableOperand([[Float]](repeating: [4, -1, 0], count: 3).flatMap { $0 })
    Reference.penalties(
      p, logits: logits, history: operand([0, 0, 1, 1]), state: operand([3, 0, 0, 0, 0, 0, 0, 0]),
      tokens: operand([1, 1, 1]), parents: operand([NO_NODE, NO_NODE, NO_NODE]),
      bias: operand([0, 0, 1, 0, 0, 2, 0, 0, 3]), mask: operand([]), owners: operand([]),
      settings: operand(
        words(1, 1, 0.5, 1, 2) + words(2, 0.5, 0, 0, .max) + words(0x1p-65, -0x1p-130, 0, 0.25, 3)))
    #expect(Array(logits) == [4, -3.5, 1, 2, -2, 2, -0.25, -0.5, 3])
  }

  /// Two sequences of two nodes each; rows 4 and 5 belong to none.
  @Test func penaltiesOfABatchCountTheRowsOwnSequence() {
    let p = Penalties(
      rows: 6, vocabulary: 3, historyCapacity: 2, window: 9, repetition: 1, inverseRepetition: 1,
      presence: 0, frequency: 1, hasBias: 0, maskWords: 0, rowMasks: 0, sequences: 2,
      rowSettings: 0, rowBiases: 0)
    let logits = mutableOperand([Float](repeating: 0, count: 18))
    Reference.penalties(
      p, logits: logits, history: operand([0, 0, 1, 2]),
      state: operand([1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 2, 0]), tokens: operand([0, 1, 1, 1, 0, 0]),
      parents: operand([NO_NODE, 0, NO_NODE, 0, 0, 0]), bias: operand([]), mask: operand([]),
      owners: operand([0, 0, 1, 1, 2, NO_TOKEN]))
    #expect(Array(logits[..<12]) == [-2, 0, 0, -2, -1, 0, 0, -1, 0, 0, -2, 0])
    #expect(logits[12...].allSatisfy { $0.bitPattern == 0 })
  }

  /// Bound: log-probabilities within those of `tokenLogProbability`, then as the linear mixture.
  @Test func geometricMixtureIsTheMixtureOfLogProbabilities() {
    let (a, b) = (LogitTests.logits(500, seed: 1), LogitTests.logits(500, seed: 2))
    let p = MixLogits(
      rows: 1, vocabulary: 500, scaleA: 0.25, scaleB: 0.75, threshold: -.infinity,
      mode: MIX_LOG_PROBABILITIES, inverseTemperature: 1)
    let out = poisoned(500)
    Reference.mixLogits(p, a: operand(a), b: operand(b), out: out)
    let (logA, logB) = (LogitTests.exact(a).logSum, LogitTests.exact(b).logSum)
    let bound = LogitTests.sumError(500) + 8 * 0x1p-24 * (40 + log(500))
    for v in 0..<500 where v != 250 {
      let exact = 0.25 * (Double(a[v]) - logA) + 0.75 * (Double(b[v]) - logB)
      #expect(abs(Double(out[v]) - exact) <= bound, "token \(v)")
    }
    #expect(out[250] == -.infinity)
  }

  /// Bound: an exponent of at most 44 that counts has two roundings, and its temperature one of each logit, so a numerator is
  /// within 91 + 2|z| units of 2^-24, a sum within that and n / 256 + 8 roundings, a probability within both and 5 more; then a difference and a product.
  @Test(arguments: [1, 2, 257, 1000, 5000], [0.5, 1, 4, 100] as [Float])
  func transferMovesTheTargetTowardsTheDraft(vocabulary: Int, inverseTemperature: Float) {
    let (a, b) = (
      LogitTests.logits(vocabulary, seed: UInt64(vocabulary)),
      LogitTests.logits(vocabulary, seed: 2).map { $0 / 4 }
    )
    let p = MixLogits(
      rows: 1, vocabulary: U32(vocabulary), scaleA: 1, scaleB: 10, threshold: Float(log(0.1)),
      mode: MIX_TRANSFER, inverseTemperature: inverseTemperature)
    let out = poisoned(vocabulary)
    Reference.mixLogits(p, a: operand(a), b: operand(b), out: out)
    let law = { (row: [Float]) in Self.law(row, Double(inverseTemperature)) }
    let finite = (a + b).filter { $0 > -.infinity }
    let farthest = Double(inverseTemperature) * Double(finite.map { abs($0) }.max()!)
    let (target, draft, best) = (law(a), law(b), law(b).max()!)
    for v in 0..<vocabulary where a[v] > -.infinity {
      let isNear = abs(draft[v] / best - 0.1) <= 0.1 * (90 + 2 * farthest) * 0x1p-24
      let moved = [true, false].filter { isNear || $0 == (draft[v] >= 0.1 * best) }.map { moves in
        Double(a[v]) - (moves ? 10 * (target[v] - draft[v]) : 0)
      }
      let error = (Double(200 + vocabulary / 256) + 2 * farthest) * 0x1p-24 * 10 * (target[v] + draft[v])
      let bound = error + 0x1p-24 * moved.map { abs($0) }.max()! + 0x1p-58
      #expect(moved.contains { abs(Double(out[v]) - $0) <= bound }, "token \(v)")
    }
    if vocabulary > 2 { #expect(out[vocabulary / 2] == -.infinity) }
  }

  /// Two logits whose difference over the temperature lies half way between two floats of their size.
  @Test func aTransferAtALowTemperatureIsWithinItsBoundAndNotWithinOneThatForgetsTheLogits() {
    let (a, b) = ([15, 15 + 0x1p-16] as [Float], [0, -0.02] as [Float])
    let out = poisoned(2)
    Reference.mixLogits(
      MixLogits(
        rows: 1, vocabulary: 2, scaleA: 1, scaleB: 10, threshold: Float(log(0.1)), mode: MIX_TRANSFER,
        inverseTemperature: 100), a: operand(a), b: operand(b), out: out)
    let (target, draft) = (Self.law(a, 100), Self.law(b, 100))
    // Of each token, in units of what the bound multiplies.
    let errors: [Double] = (0..<2).map { v in
      let exact = Double(a[v]) - 10 * (target[v] - draft[v])
      let own = 0x1p-24 * abs(exact)
      return (abs(Double(out[v]) - exact) - own) / (0x1p-24 * 10 * (target[v] + draft[v]))
    }
    #expect(errors.max()! > 200 && errors.max()! <= 200 + 2 * 1500)
  }

  static func law(_ logits: [Float], _ inverseTemperature: Double) -> [Double] {
    let best = Double(logits.max()!)
    let shares = logits.map { exp((Double($0) - best) * inverseTemperature) }
    return shares.map { $0 / shares.reduce(0, +) }
  }

  /// Only the target's bans stay bans; what is not finite spoils the whole row.
  @Test func transferBansWhatTheTargetBans() {
    let p = MixLogits(
      rows: 2, vocabulary: 3, scaleA: 1, scaleB: 2, threshold: -.infinity, mode: MIX_TRANSFER,
      inverseTemperature: 1)
    let out = poisoned(6)
    let (a, b) = ([0, 0, -Float.infinity, 1, 2, 3], [-Float.infinity, 0, 0, 1, .nan, 3])
    Reference.mixLogits(p, a: operand(a), b: operand(b), out: out)
    #expect(Array(out[..<3]) == [-1, 0, -.infinity])
    #expect(out[3...].allSatisfy { $0.bitPattern == NAN_BITS })
  }

  @Test func biasIsAddedBeforeTheMaskBans() {
    let p = Penalties(
      rows: 2, vocabulary: 34, historyCapacity: 1, window: 0, repetition: 1, inverseRepetition: 1,
      presence: 0, frequency: 0, hasBias: 1, maskWords: 2, rowMasks: 1, sequences: 1,
      rowSettings: 0, rowBiases: 0)
    let bias = (0..<34).map { Float($0) }
    let logits = mutableOperand([Float](repeating: 1, count: 68))
    Reference.penalties(
      p, logits: logits, history: operand([5]), state: operand([0, 0, 0, 0, 0, 0, 0, 0]),
      tokens: operand([5, 5]), parents: operand([NO_NODE, 0]), bias: operand(bias),
      mask: operand([0x8000_0001, 2, 0, 1]), owners: operand([]))
    let allowed = [[0, 31, 33], [32]]
    for r in 0..<2 {
      for v in 0..<34 {
        #expect(logits[r * 34 + v] == (allowed[r].contains(v) ? 1 + bias[v] : -.infinity))
      }
    }
  }

  /// Bound: two products and a sum, 2^-24 each of the products' magnitudes; flushes 2^-62 in all for factors below 2.
  @Test func mixLogitsIsTheLinearMixtureOfPlausibleTokens() {
    var random = SplitMix64(4)
    let (a, b) = (random.adversarial(500), random.adversarial(500))
    let p = MixLogits(
      rows: 2, vocabulary: 250, scaleA: 1.5, scaleB: -0.5, threshold: -1, mode: MIX_LOGITS,
      inverseTemperature: 1)
    let out = poisoned(500)
    Reference.mixLogits(p, a: operand(a), b: operand(b), out: out)
    for i in 0..<500 {
      let best = a[(i / 250 * 250)..<(i / 250 * 250 + 250)].max()!
      if a[i] < best - 1 {
        #expect(out[i] == -.infinity)
      } else {
        let (x, y) = (1.5 * Double(a[i]), -0.5 * Double(b[i]))
        #expect(abs(Double(out[i]) - (x + y)) <= 0x1p-23 * (abs(x) + abs(y)) + 0x1p-62)
      }
    }
  }

  @Test func mixLogitsBansWhatOneModelBansAndShowsWhatIsNotFinite() {
    let p = MixLogits(
      rows: 1, vocabulary: 6, scaleA: 2, scaleB: -1, threshold: -.infinity, mode: MIX_LOGITS,
      inverseTemperature: 1)
    let out = poisoned(6)
    Reference.mixLogits(
      p, a: operand([1, -.infinity, 1, .infinity, .nan, -9]),
      b: operand([1, 1, -.infinity, 1, 1, .infinity]),
      out: out)
    #expect(Array(out[..<3]) == [1, -.infinity, -.infinity])
    #expect(out[3...].allSatisfy { $0.bitPattern == NAN_BITS })
  }
}
