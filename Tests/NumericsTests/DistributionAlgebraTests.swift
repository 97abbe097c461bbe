import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

/// Typical-p, combinations, suppression and group sums of integer distributions against plain Double.
@Suite struct DistributionAlgebraTests {
  private func distribution(_ logits: [Float], typicalP: UInt32 = 0) -> (weights: [UInt32], total: UInt32) {
    let out = mutableOperand([UInt32](repeating: 77, count: logits.count))
    let totals = mutableOperand([UInt32](repeating: 77, count: 2))
    Reference.distribution(
      Distribution(
        rows: 1, vocabulary: U32(logits.count), inverseTemperature: 1, topK: 0, topP: 0, leastWeight: 0,
        typicalP: typicalP, rowWarps: 0), logits: operand(logits), weights: out, totals: totals)
    return (Array(out), totals[0])
  }

  /// Distances from the entropy are compared to 2^-20 each, so tokens nearer than 2^-18 to the last kept may go either way.
  @Test(arguments: [1, 3, 50, 1000], [1 << 29, 1 << 31, 0xf333_3333] as [UInt32])
  func typicalPKeepsTheTokensNearestToTheEntropy(vocabulary: Int, share: UInt32) {
    var random = SplitMix64(UInt64(vocabulary) + UInt64(share))
    let logits = random.floats(vocabulary).map { $0 * 6 }
    let (all, total) = distribution(logits)
    let (kept, keptTotal) = distribution(logits, typicalP: share)
    let information = all.map { $0 > 0 ? -log(Double($0) / Double(total)) : 0 }
    let entropy = zip(all, information).reduce(0) { $0 + Double($1.0) / Double(total) * $1.1 }
    let tokens = all.indices.filter { all[$0] > 0 }
    let distances = information.map { abs($0 - entropy) }
    let farthest = tokens.filter { kept[$0] > 0 }.map { distances[$0] }.max()!
    let nearest = tokens.filter { kept[$0] == 0 }.map { distances[$0] }.min() ?? .infinity
    let need = (Double(total) * Double(share) / 0x1p32).rounded(.up)
    let last = tokens.filter { kept[$0] > 0 && distances[$0] > farthest - 0x1p-18 }.map { kept[$0] }.max()!
    #expect(farthest <= nearest + 0x1p-18)
    #expect(zip(all, kept).allSatisfy { $1 == 0 || $1 == $0 })
    #expect(keptTotal == kept.reduce(0, +))
    #expect(Double(keptTotal) >= need && Double(keptTotal) - Double(last) < need)
  }

  @Test func typicalPPrefersTheTokenThatTellsAsMuchAsTheEntropy() {
    let logits = { (likely: Double, others: Double) -> [Float] in
      [Float](repeating: Float(log(others)), count: 10) + [Float(log(likely))]
    }
    // Entropy 1.39: the likeliest token tells 0.40, the others 3.41.
    let steep = distribution(logits(0.67, 0.033), typicalP: 1 << 29).weights
    #expect(steep.indices.filter { steep[$0] > 0 } == [10])
    // Entropy 2.34: the likeliest token tells 1.61, the others 2.53; two of them make an eighth.
    let flat = distribution(logits(0.2, 0.08), typicalP: 1 << 29).weights
    #expect(flat.indices.filter { flat[$0] > 0 } == [0, 1])
  }

  private struct Combined {
    var weights: [UInt32]
    var total: UInt32
    var status: UInt32
    var sum: Double
    var whole: Double
  }

  private func combined(_ a: [UInt32], _ b: [UInt32], mode: UInt32, share: UInt32 = 0) -> Combined {
    let weights = mutableOperand([UInt32](repeating: 77, count: a.count))
    let totals = mutableOperand([UInt32](repeating: 77, count: 2))
    let mass = mutableOperand([UInt32](repeating: 77, count: 4))
    Reference.combineDistributions(
      CombineDistributions(rows: 1, vocabulary: U32(a.count), mode: mode, share: share), a: operand(a),
      totalsA: operand([a.reduce(0, +), 0]), b: operand(b), totalsB: operand([b.reduce(0, +), 0]),
      weights: weights, totals: totals, mass: mass)
    return Combined(
      weights: Array(weights), total: totals[0], status: totals[1],
      sum: Double(mass[0]) + Double(mass[1]) * 0x1p32, whole: Double(mass[2]) + Double(mass[3]) * 0x1p32)
  }

  private func rows(_ count: Int) -> (a: [UInt32], b: [UInt32]) {
    var random = SplitMix64(UInt64(count))
    let row = { (scale: Float) in random.floats(count).map { UInt32(abs($0) * scale) + 1 } }
    return (row(0x1p20), row(0x1p18))
  }

  /// Bound: a unit of rounding, and the factors' 2^-30.
  @Test(arguments: [1, 2, 100, 1000], [0, 1 << 30, 1 << 31, 0x1234_5678] as [UInt32])
  func mixtureIsTheMixtureOfTheLaws(vocabulary: Int, share: UInt32) {
    let (a, b) = rows(vocabulary)
    let mixed = combined(a, b, mode: COMBINE_MIXTURE, share: share)
    let part = Double(share) / 0x1p31
    let (sumA, sumB) = (Double(a.reduce(0, +)), Double(b.reduce(0, +)))
    #expect(mixed.total == mixed.weights.reduce(0, +) && mixed.total <= 1 << 30 && mixed.total >= 1 << 29)
    #expect(mixed.sum == mixed.whole && mixed.status == 0)
    for v in 0..<vocabulary {
      let p = part * Double(a[v]) / sumA + (1 - part) * Double(b[v]) / sumB
      #expect(abs(Double(mixed.weights[v]) - p * Double(mixed.total)) <= 1 + p * 4)
    }
  }

  @Test(arguments: [1, 2, 100, 1000])
  func residualIsWhatTheFirstHasMoreOf(vocabulary: Int) {
    let (a, b) = rows(vocabulary)
    let rest = combined(a, b, mode: COMBINE_RESIDUAL)
    let (sumA, sumB) = (Double(a.reduce(0, +)), Double(b.reduce(0, +)))
    let excess = (0..<vocabulary).map { max(Double(a[$0]) / sumA - Double(b[$0]) / sumB, 0) }
    let mass = excess.reduce(0, +)
    #expect(abs(rest.sum / rest.whole - mass) <= 1e-12)
    guard vocabulary > 1 else {
      #expect(rest.weights == [0] && rest.total == 0 && rest.status == STATUS_EMPTY_ROW)
      return
    }
    #expect(rest.total == rest.weights.reduce(0, +) && rest.total >= 1 << 29)
    for v in 0..<vocabulary {
      let expected = excess[v] / mass * Double(rest.total)
      #expect(abs(Double(rest.weights[v]) - expected) <= 1 + 1e-6 * expected)
      if excess[v] == 0 { #expect(rest.weights[v] == 0) }
    }
  }

  @Test func suppressedTokensLeaveTheTotalOnce() {
    let (weights, totals) = (
      mutableOperand([5, 6, 7, 1, 2, 3] as [UInt32]), mutableOperand([18, 0, 6, 1] as [UInt32])
    )
    Reference.suppressTokens(
      SuppressTokens(rows: 2, vocabulary: 3, count: 4, rowLists: 1),
      tokens: operand([1, 3, 1, NO_TOKEN, 0, 1, 2, 2]), weights: weights, totals: totals)
    #expect(Array(weights) == [5, 0, 7, 0, 0, 0] && Array(totals) == [12, 0, 0, 1])
  }

  @Test func groupSumsAddTheirTokens() {
    let sums = mutableOperand([UInt32](repeating: 77, count: 6))
    Reference.groupSums(
      GroupSums(rows: 2, vocabulary: 5, groups: 3), weights: operand([1, 2, 3, 4, 5, 10, 20, 30, 40, 50]),
      groups: operand([2, 0, 2, 3, 0]), sums: sums)
    #expect(Array(sums) == [7, 0, 4, 70, 0, 40])
  }
}
