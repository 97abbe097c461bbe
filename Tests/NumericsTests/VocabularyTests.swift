import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

@Suite struct VocabularyTests {
  static let infinity = Float.infinity

  @Test(
    arguments: [
      ([1, 3, 3, 2], 1, STATUS_OK), ([-0.0, 0, -1, -2], 0, STATUS_OK),
      ([.nan, -5, .nan, -4], 3, STATUS_NOT_FINITE),
      ([1, infinity, 2, infinity], 1, STATUS_NOT_FINITE), ([-infinity, -7, -infinity, -8], 1, STATUS_OK),
      ([-infinity, -infinity, -infinity, -infinity], 0, STATUS_NOT_FINITE),
      ([.nan, -infinity, .nan, .nan], 0, STATUS_NOT_FINITE),
    ] as [([Float], UInt32, UInt32)])
  func argmaxGivesTokenAndStatus(logits: [Float], token: UInt32, status: UInt32) {
    let out = mutableOperand([UInt32](repeating: 77, count: 4))
    Reference.argmax(Argmax(rows: 2, vocabulary: 4), logits: operand(logits + logits), out: out)
    #expect(Array(out) == [token, status, token, status])
  }

  @Test func topTokensOrdersByValueThenToken() {
    let logits: [Float] = [0, .nan, 5, -0.0, 5, -.infinity, .infinity]
    for hasValues in [0, 1] as [U32] {
      let (out, values) = (mutableOperand([UInt32](repeating: 77, count: 9)), poisoned(9))
      let before = bits(values)
      Reference.topTokens(
        TopTokens(rows: 1, vocabulary: 7, count: 9, hasValues: hasValues), logits: operand(logits), out: out,
        values: values)
      #expect(Array(out) == [6, 2, 4, 0, 3, 1, 5, NO_TOKEN, NO_TOKEN])
      let none = -Self.infinity
      let counted: [Float] = [Self.infinity, 5, 5, 0, 0, none, none, none, none]
      #expect(bits(values) == (hasValues == 0 ? before : bits(counted)))
    }
  }

  private func weights(
    _ logits: [Float], rows: Int = 1, temperature: Float = 1, topK: UInt32 = 0, topP: UInt32 = 0,
    leastWeight: UInt32 = 0,
    typicalP: UInt32 = 0
  ) -> (weights: [UInt32], totals: [UInt32]) {
    let out = mutableOperand([UInt32](repeating: 77, count: logits.count))
    let totals = mutableOperand([UInt32](repeating: 77, count: 2 * rows))
    Reference.distribution(
      Distribution(
        rows: U32(rows), vocabulary: U32(logits.count / rows), inverseTemperature: 1 / temperature,
        topK: topK,
        topP: topP, leastWeight: leastWeight, typicalP: typicalP, rowWarps: 0), logits: operand(logits),
      weights: out, totals: totals)
    return (Array(out), Array(totals))
  }

  /// Bound, in units of 2^-30 of the likeliest: the exponent has two roundings (|x| * 2^-23), exp 1.15 ulp, and
  /// the floor and the shift lose less than 2^shift.
  @Test(arguments: [1, 2, 5, 64, 1000], [0.25, 1, 3] as [Float])
  func distributionIsTheSoftmax(vocabulary: Int, temperature: Float) {
    var random = SplitMix64(UInt64(vocabulary))
    var logits = random.adversarial(vocabulary).map { max(-20, min(20, $0)) }
    logits[vocabulary - 1] = -.infinity
    logits[0] = 0x1p-140
    let (w, totals) = weights(logits, temperature: temperature)
    let e = logits.map { Double($0 == -.infinity ? -1e9 : ($0 - logits.max()!) / temperature) }
    let scaled = e.map { exp($0) * 0x1p30 }
    let shift = max(0, Int(log2(scaled.reduce(0, +))) - 30)
    #expect(totals == [w.reduce(0, +), STATUS_OK] && totals[0] < 1 << 31)
    for v in 0..<vocabulary {
      let bound = scaled[v] * (abs(e[v]) * 0x1p-22 + 0x1p-21) + pow(2, Double(shift))
      #expect(abs(Double(w[v]) * pow(2, Double(shift)) - scaled[v]) <= bound, "token \(v)")
    }
  }

  @Test func topKKeepsTheGreatestAndTheLowestOfEquals() {
    let logits: [Float] = [1, 3, 2, 3, 2, 0]
    for k in 1...7 {
      let row = weights(logits, topK: UInt32(k)).weights
      let kept = row.indices.filter { row[$0] > 0 }
      #expect(kept == [1, 3, 2, 4, 0, 5].prefix(k).sorted())
    }
  }

  @Test func minPKeepsAShareOfTheLikeliest() {
    let logits: [Float] = [0, -1, -0.5, -2, -.infinity]
    for (share, kept) in [
      (0.0, [0, 1, 2, 3]), (0.13, [0, 1, 2, 3]), (0.14, [0, 1, 2]), (0.5, [0, 2]), (1, [0]),
    ] {
      let row = weights(logits, leastWeight: UInt32((share * 0x1p30).rounded(.up))).weights
      #expect(row.indices.filter { row[$0] > 0 } == kept)
    }
  }

  @Test(arguments: [1, 1 << 30, 1 << 31, 3 << 30, .max] as [UInt32])
  func topPKeepsTheShortestSufficientPrefix(share: UInt32) {
    var random = SplitMix64(UInt64(share))
    let logits = random.floats(50).map { ($0 * 8).rounded() / 2 }
    let (all, total) = weights(logits)
    let (kept, keptTotal) = weights(logits, topP: share)
    let order = all.indices.sorted { (all[$0], $1) > (all[$1], $0) }
    let need = max(1, (Double(total[0]) * Double(share) / 0x1p32).rounded(.up))
    var sum = 0.0
    for v in order {
      #expect(kept[v] == (sum < need ? all[v] : 0))
      sum += Double(kept[v])
    }
    #expect(Double(keptTotal[0]) == sum && sum >= need)
  }

  @Test(arguments: [[0, .nan], [.infinity, 0], [-.infinity, -.infinity]] as [[Float]])
  func aRowThatIsNotFiniteHasNoWeights(logits: [Float]) {
    let (w, totals) = weights(logits + [0, -100], rows: 2, topK: 1, topP: 5)
    #expect(w == [0, 0, 1 << 30, 0])
    #expect(totals == [0, STATUS_NOT_FINITE, 1 << 30, STATUS_OK])
  }

  /// Bound: the Newton steps' 1.99 units of the last place; shares are cut.
  @Test func warpsOfRowsInvertTemperaturesAndCutShares() {
    var random = SplitMix64(9)
    let temperatures = (0..<500).map { _ in
      Float(sign: .plus, exponent: .random(in: -20...59, using: &random), significand: 1)
        * Float.random(in: 1..<2, using: &random)
    }
    let shares = (0..<500).map { _ in Float.random(in: 0..<1, using: &random) }
    let warps = mutableOperand([UInt32](repeating: 77, count: 2500))
    Reference.warpRows(
      WarpRows(
        rows: 500, inverseTemperature: 3, topK: 4, topP: 5, leastWeight: 6, typicalP: 7, hasTemperatures: 1,
        hasTopP: 1), temperatures: operand(temperatures), topP: operand(shares), warps: warps)
    for r in 0..<500 {
      let words = Array(warps[5 * r..<5 * r + 5])
      #expect(ulps(Float(bitPattern: words[0]), 1 / Double(temperatures[r])) <= 1.99)
      let exact = Double(shares[r]) * 0x1p32
      #expect(Double(words[2]) <= max(exact, 1) && Double(words[2]) > exact - 1)
      #expect(words[1] == 4 && words[3...] == [6, 7])
    }
  }

  @Test(arguments: [0, 1, .max] as [UInt32])
  func drawTargetIsKeyedByItsPositionAndStream(stream: UInt32) {
    let rows: [UInt32] = [1, 2, 3, 0, 0, 0, 4, 0, 4]
    let out = mutableOperand([UInt32](repeating: 77, count: 6))
    Reference.drawTarget(
      DrawTarget(rows: 3, vocabulary: 3, sequences: 1, stream: stream), weights: operand(rows),
      totals: operand([6, 0, 0, STATUS_NOT_FINITE, 8, 0]), depths: operand([0, 1, 1]),
      state: operand([10, 5, 6, 3, 0, 0, 0, 0]), owners: operand([]), out: out)
    let y = { (total: UInt64, position: UInt32) in
      KeyedRandom(seed: 6 << 32 | 5, position: position, role: ROLE_TARGET, index: stream)
        .uniform(below: total)
    }
    #expect(out[0] == (y(6, 11) < 1 ? 0 : y(6, 11) < 3 ? 1 : 2) && out[1] == 0)
    #expect(out[2] == 0 && out[3] == STATUS_NOT_FINITE | STATUS_EMPTY_ROW)
    #expect(out[4] == (y(8, 12) < 4 ? 0 : 2) && out[5] == 0)
  }

  @Test func drawChildrenWithoutReplacementUsesEveryTokenOnce() {
    let tokens = mutableOperand([UInt32](repeating: 77, count: 12))
    let p = DrawChildren(
      parents: 2, vocabulary: 4, children: 4, replacement: 0, firstChild: 3, childDepth: 2, firstParent: 1,
      keyedByNode: 0, sequences: 1, rows: 3, capacity: 12, maximumNodes: 0, stream: 0)
    Reference.drawChildren(
      p, weights: operand([9, 9, 9, 9, 5, 0, 1, 2, 0, 0, 7, 0]), totals: operand([36, 0, 8, 0, 7, 0]),
      state: operand([10, 5, 6, 3, 0, 0, 0, 0]), tokens: tokens, parents: operand([]))
    #expect(tokens[..<3].allSatisfy { $0 == 77 } && tokens[11] == 77)
    #expect(Set(tokens[3..<6]) == [0, 2, 3] && tokens[6] == NO_TOKEN)
    #expect(Array(tokens[7..<11]) == [2, NO_TOKEN, NO_TOKEN, NO_TOKEN])
  }
}
