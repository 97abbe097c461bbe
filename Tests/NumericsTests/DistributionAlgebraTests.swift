import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

/// Typical-p, suppression and group sums of integer distributions against plain Double.
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
