import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

/// Keys of a stochastic beam against Double.
@Suite struct BeamKeyTests {
  private struct Conditioned {
    let sums, keys: [Float]
  }

  /// Row 1 of a tree whose root's first candidate, its parent, has this key and sum.
  private func condition(
    weights: [UInt32], tokens: [UInt32], keys: [Float], key: Float, sum: Float
  ) -> Conditioned {
    let count = tokens.count
    let scores = [key] + [Float](repeating: 0, count: 2 * count - 1)
    let sums = mutableOperand([sum] + [Float](repeating: 77, count: 2 * count - 1))
    let out = poisoned(count)
    Reference.conditionKeys(
      ConditionKeys(
        sequences: 1, firstRow: 1, rows: 1, maximumRows: 2, count: U32(count),
        vocabulary: U32(weights.count), firstInput: 0, inputRows: 1),
      weights: operand(weights), totals: operand([weights.reduce(0, +), 0]), tokens: operand(tokens),
      keys: operand(keys), rowParents: operand([NO_NODE, 0]), scores: operand(scores), sums: sums, out: out)
    return Conditioned(sums: Array(sums[count...]), keys: Array(out))
  }

  /// The bound of the doc comment; a child may also be held down by one before it, whose exact key is no less.
  @Test(
    arguments: [(0, 0), (-0.5, -3), (-20, -3), (-300, -100), (-1, -100), (-300, 0)] as [(Float, Float)],
    [1e-6, 0.01, 1, 40] as [Float])
  func keysAreConditioned(node: (key: Float, sum: Float), spread: Float) {
    let (key, sum) = node
    var random = SplitMix64(UInt64(spread * 100 - key))
    for greatest in [0, 3.5, 17] as [Float] {
      let steps = random.floats(40).map { abs($0) * spread }.sorted()
      let keys = [greatest] + steps.map { greatest - $0 }
      let found = condition(
        weights: [1, 1], tokens: keys.map { _ in 0 }, keys: keys, key: key, sum: sum
      ).keys
      #expect(found[0] == key)
      var bound = 0.0
      for (j, own) in keys.enumerated() {
        let (g, t) = (Double(key), Double(sum) + Double(own))
        let l = log(-expm1(Double(own) - Double(greatest)))
        let v = g - t + l
        let exact = g - (max(v, 0) + log1p(exp(-abs(v))))
        if l > -.infinity { bound = max(bound, 10 * 0x1p-24 * (1 + abs(g) + abs(t) + abs(l))) }
        #expect(abs(Double(found[j]) - exact) <= bound + 0x1p-63, "child \(j)")
        if j > 0 { #expect(found[j] <= found[j - 1]) }
      }
    }
  }

  /// log p along the path: two logarithms of 0.85 units in the last place, two leading integers, their difference, the sum.
  @Test func sumsAreLogProbabilities() {
    let weights: [UInt32] = [1, 1000, 0, 0x3fff_ffff, 77]
    let total = Double(weights.reduce(0, +))
    let found = condition(
      weights: weights, tokens: [3, 1, 4, 0, 2, 9], keys: [0, -1, -2, -3, -4, -5], key: -1, sum: -2.5)
    for (j, token) in [3, 1, 4, 0].enumerated() {
      let (a, b) = (log(Double(weights[token])), log(total))
      let bound = 0x1p-23 * (2 + a + b) + 2 * 0x1p-24 * (2.5 + abs(a - b))
      #expect(abs(Double(found.sums[j]) - (a - b - 2.5)) <= bound)
    }
    #expect(found.sums[4...].allSatisfy { $0 == -.infinity })
    #expect(found.keys[4...].allSatisfy { $0 == -.infinity } && found.keys[3] > -.infinity)
  }

  /// Children of a node that does not exist do not exist; the root has the key 0.
  @Test func rootsAndMissingParents() {
    let (sums, out) = (mutableOperand([Float](repeating: 0, count: 4)), poisoned(4))
    Reference.conditionKeys(
      ConditionKeys(
        sequences: 1, firstRow: 0, rows: 2, maximumRows: 2, count: 2, vocabulary: 2, firstInput: 0,
        inputRows: 2),
      weights: operand([1, 1, 1, 1]), totals: operand([2, 0, 2, 0]), tokens: operand([0, 1, 0, 1]),
      keys: operand([2, 1, 2, 1]), rowParents: operand([NO_NODE, NO_NODE]),
      scores: operand([0, 0, 0, 0]), sums: sums, out: out)
    #expect(out[0] == 0 && out[1] < 0 && out[2] == -.infinity && out[3] == -.infinity)
    #expect(sums[0] == sums[1] && abs(sums[0] + Float(log(2.0))) < 1e-6 && sums[2] == -.infinity)
  }
}
