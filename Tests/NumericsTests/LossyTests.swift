import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

/// Lossy rules do what their formula says.
@Suite struct LossyTests {
  /// A root with one child a token, over one row.
  private struct Star {
    let logits: [Float]
    var vocabulary: Int { logits.count }

    /// The tokens that pass.
    func accepted(_ change: (inout LossyAccept) -> Void, best: [UInt32] = [0], divergence: Float = 0)
      -> [Int]
    {
      let nodes = vocabulary + 1
      var p = LossyAccept()
      p.capacity = UInt32(nodes)
      (p.sequences, p.vocabulary, p.distance) = (1, UInt32(vocabulary), NO_TOKEN)
      (p.logEpsilon, p.logDelta, p.entropyScale, p.gap) = (-.infinity, -.infinity, 1, .infinity)
      (p.divergence, p.maximumEntropy, p.minimumGap) = (.infinity, .infinity, 0)
      p.inverseTemperature = 1
      change(&p)
      let statistics = mutableOperand([Float](repeating: 0, count: 4))
      Reference.rowStatistics(
        RowStatistics(
          rows: 1, vocabulary: UInt32(vocabulary), inverseTemperature: p.inverseTemperature, rowWarps: 0),
        logits: operand(logits), out: statistics, status: mutableOperand([0]))
      let accept = mutableOperand([UInt32](repeating: 7, count: nodes))
      let score = poisoned(nodes)
      Reference.lossyAccept(
        p, logits: operand(logits), statistics: UnsafeBufferPointer(statistics), best: operand(best),
        divergence: operand([divergence]), tokens: operand((0..<UInt32(nodes)).map { $0 == 0 ? 0 : $0 - 1 }),
        parents: operand([NO_NODE] + [UInt32](repeating: 0, count: vocabulary)), owners: operand([0]),
        state: operand([20, 0, 0, UInt32(nodes), 0, 0, 0, 0]), accept: accept, score: score)
      #expect(accept[0] == 1 && score[0] == 0)
      return (0..<vocabulary).filter { accept[$0 + 1] == 1 }
    }
  }

  /// Medusa: p > min(epsilon, delta * e^-H), but for tokens within a rounding of the threshold.
  @Test(arguments: 1...40 as ClosedRange<UInt64>, [1, 0.5, 3] as [Float])
  func typicalAcceptanceFollowsItsFormula(seed: UInt64, temperature: Float) {
    var random = SplitMix64(seed)
    let logits = random.floats(50).map { $0 * Float(seed % 8 + 1) }
    let star = Star(logits: logits)
    let (epsilon, delta) = (0.09, 0.3)
    let accepted = star.accepted {
      ($0.logEpsilon, $0.logDelta) = (Float(log(epsilon)), Float(log(delta)))
      $0.inverseTemperature = 1 / temperature
    }
    let weights = logits.map { exp(Double($0) / Double(temperature)) }
    let p = weights.map { $0 / weights.reduce(0, +) }
    let entropy = p.reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
    let threshold = min(epsilon, delta * exp(-entropy))
    for x in p.indices where abs(p[x] / threshold - 1) > 1e-5 {
      #expect(accepted.contains(x) == (p[x] > threshold), "token \(x)")
    }
    #expect(!accepted.isEmpty || p.max()! <= threshold * 1.00001)
  }

  @Test func eachTestAsksItsQuestion() {
    let star = Star(logits: [1, 3, 2.5, -.infinity, 0])
    #expect(star.accepted { _ in } == [0, 1, 2, 4])  // a banned token never passes
    #expect(star.accepted { $0.gap = 0.5 } == [1, 2])
    #expect(star.accepted({ ($0.count, $0.gap) = (2, 0.25) }, best: [1, 2]) == [1])
    #expect(star.accepted({ $0.count = 2 }, best: [1, 2]) == [1, 2])
    #expect(star.accepted({ ($0.count, $0.distance) = (1, 1) }, best: [1]) == [0, 1, 2])
    #expect(star.accepted({ ($0.readsDivergence, $0.divergence) = (1, 0.5) }, divergence: 0.6) == [])
    #expect(star.accepted({ ($0.readsDivergence, $0.divergence) = (1, 0.5) }, divergence: .nan) == [])
    #expect(star.accepted { $0.minimumGap = 0.75 } == [])
    #expect(star.accepted { $0.maximumEntropy = 0.1 } == [])
    #expect(star.accepted { ($0.gap, $0.inverseTemperature) = (0.5, 0.25) } == [0, 1, 2])
    #expect(Star(logits: [1, .nan, 2]).accepted { _ in } == [])
    #expect(star.accepted { $0.inverseTemperature = -1 } == [])
  }

  /// A root with one child a token, tested against rows of a target and a draft.
  private func clusters(
    ranks: UInt32 = 0, target: [UInt32], draft: [UInt32], tokens: [UInt32], seed: UInt32 = 0
  ) -> (accept: [UInt32], score: [Float]) {
    let nodes = tokens.count + 1
    let accept = mutableOperand([UInt32](repeating: 7, count: nodes))
    let score = poisoned(nodes)
    Reference.clusterAccept(
      ClusterAccept(
        capacity: UInt32(nodes), sequences: 1, vocabulary: UInt32(target.count), ranks: ranks,
        tolerance: 1 << CLUSTER_TOLERANCE_BITS, columns: 0, squaredDistance: 0, stream: 0),
      weights: operand(target), totals: operand([target.reduce(0, +), 0]), draftWeights: operand(draft),
      draftTotals: operand([draft.reduce(0, +), 0]), table: operand([]), tokens: operand([9] + tokens),
      parents: operand([NO_NODE] + [UInt32](repeating: 0, count: tokens.count)), depths: operand([0]),
      owners: operand([]), state: operand([20, seed, 0, UInt32(nodes), 0, 0, 0, 0]), accept: accept,
      score: score)
    #expect(accept[0] == 1 && score[0] == 0)
    return (Array(accept.dropFirst()), Array(score.dropFirst()))
  }

  @Test func clusterScoresAreLogProbabilities() {
    let (target, draft): ([UInt32], [UInt32]) = ([1 << 29, 3, 0, 1 << 30, 12_345], [1, 1, 1, 0, 1])
    let total = target.reduce(0) { $0 + Double($1) }
    let alone = clusters(target: target, draft: draft, tokens: [0, 1, 2, 3, 4, 5, NO_TOKEN]).score
    for x in [0, 1, 4] { #expect(abs(Double(alone[x]) - log(Double(target[x]) / total)) < 0x1p-18) }
    #expect(alone[2] == -.infinity)
    #expect([3, 5, 6].allSatisfy { alone[$0].isNaN })  // no draft weight, no token of the vocabulary
    let together = clusters(ranks: 4, target: target, draft: draft, tokens: [0, 1]).score
    #expect(abs(together[0]) < 0x1p-18 && together[0] == together[1])
  }

  /// Each child has a number of its own, by its place among those that exist.
  @Test func siblingsDrawEachForThemselves() {
    let (target, draft): ([UInt32], [UInt32]) = ([1, 3], [3, 1])
    let counts = (0..<3000 as Range<UInt32>).reduce(into: [0, 0, 0]) { counts, seed in
      let first = clusters(target: target, draft: draft, tokens: [0, 0], seed: seed).accept
      let second = clusters(target: target, draft: draft, tokens: [NO_TOKEN, 0], seed: seed).accept
      #expect(second == [0, first[0]])
      counts[Int(first[0] + first[1])] += 1
    }
    // Binomial with 1/3 and two draws: 4/9, 4/9, 1/9, within five deviations.
    for (count, share) in zip(counts, [4.0 / 9, 4.0 / 9, 1.0 / 9]) {
      #expect(abs(Double(count) - 3000 * share) < 5 * (3000 * share * (1 - share)).squareRoot())
    }
  }

  //        0
  //    1     2
  //   3 4     5
  @Test func theDeepestThenTheLikeliestPathIsTaken() {
    func walk(_ accept: [UInt32], _ score: [Float], hasEndPicks: UInt32 = 0) -> [UInt32] {
      let result = mutableOperand([UInt32](repeating: 77, count: Int(RESULT_PATH) + 18))
      Reference.verifyAccepted(
        VerifyAccepted(maximumNodes: 6, sequences: 1, capacity: 6, hasEndPicks: hasEndPicks),
        accept: operand(accept),
        score: operand(score), picks: operand([50, 0, 51, 0, 52, 0, 53, 0, 54, 0, 55, 8]),
        endPicks: operand([60, 0, 61, 0, 62, 0, 63, 0, 64, 0, 65, 0]),
        tokens: operand([9, 1, 2, 3, 4, 5]), parents: operand([NO_NODE, 0, 0, 1, 1, 2]),
        state: operand([20, 0, 0, 6, 0, 0, 0, 0]), result: result)
      return [result[0], result[2]] + result[Int(RESULT_PATH)...Int(RESULT_PATH) + Int(result[1])]
    }
    let even: [Float] = [0, -1, -1, -1, -1, -1]
    #expect(walk([1, 1, 1, 1, 1, 1], even) == [0, 53, 0, 1, 3])  // a tie: the lowest node
    #expect(walk([0, 1, 1, 1, 1, 0], [0, -1, -1, -3, -2, 0]) == [0, 54, 0, 1, 4])
    #expect(walk([1, 1, 1, 1, 1, 1], [0, -2, -1, -1, -1, -1]) == [8, 0, 0, 2, 5])  // the pick has a status
    #expect(walk([1, 0, 1, 1, 1, 0], even) == [0, 52, 0, 2])  // an accepted node below a refused one
    #expect(walk([1, 0, 0, 1, 1, 1], even) == [0, 50, 0])
    #expect(walk([1, 1, 1, 1, 1, 1], even, hasEndPicks: 1) == [0, 63, 0, 1, 3])
    #expect(walk([1, 0, 1, 1, 1, 0], even, hasEndPicks: 1) == [0, 52, 0, 2])  // it has a child
  }
}
