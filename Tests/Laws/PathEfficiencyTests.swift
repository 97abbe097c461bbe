import Numerics
import Reference
import ShaderInterface
import Testing

/// Block efficiency, the mean number of tokens of a round, of the rules for several independent paths.
@Suite struct PathEfficiencyTests {
  private static let length = 2
  private static let seeds = 1...20 as ClosedRange<UInt64>

  /// Rows of a draft that knows nothing of the target, or whose rows are the target's but for one unit of four.
  private func language(_ seed: UInt64, near: Bool) -> Language {
    let far = Language(vocabulary: 4, largestTotal: 4, seed: seed)
    guard near else { return far }
    var language = far
    language.given = { prefix in
      let target = far.rows(after: prefix).target
      var draft = target
      var random = SplitMix64(prefix.reduce(seed) { ($0 &+ UInt64($1) &+ 1) &* 0x9e37_79b9_7f4a_7c15 })
      draft[target.indices.filter { target[$0] > 0 }.randomElement(using: &random)!] -= 1
      draft[Int.random(in: 0..<4, using: &random)] += 1
      return Rows(target: target, draft: draft)
    }
    return language
  }

  private func efficiency(_ law: TraversalLaw) -> Double {
    var law = law
    law.hasThresholds = true
    return law.rounds().reduce(0.0) { $0 + Double($1.key.count) * $1.value.double }
  }

  private func best(_ language: Language, _ paths: Int) throws -> Double {
    let selected = SelectedPath(language: language, paths: paths, length: Self.length)
    return efficiency(
      TraversalLaw(
        try #require(selected.skewed()), .independent, siblings: [1, 1], shareBits: 4, reducedTotalBits: 31))
  }

  private func merged(_ language: Language, _ paths: Int) -> Double {
    efficiency(
      TraversalLaw(language, .mergedPaths, siblings: [paths, 1], shareBits: 4, reducedTotalBits: 31))
  }

  private func siblings(_ language: Language, _ paths: Int, after prefix: [UInt32] = []) -> Double {
    guard prefix.count < Self.length else { return 1 }
    let rule = Rule(mode: SIBLINGS_WITH_REPLACEMENT, children: paths)
    return rule.law(language.rows(after: prefix)).accepted.reduce(1.0) {
      $0 + $1.value.double * siblings(language, 1, after: prefix + [$1.key])
    }
  }

  /// Of the best path, of merged paths under traversal, and of paths side by side under sibling rejection: the mean over random
  /// languages, as the documentation of `selectPath` gives it.
  @Test(
    arguments: [
      (1, false, [1.39, 1.39, 1.39]), (2, false, [1.56, 1.54, 1.53]), (3, false, [1.64, 1.62, 1.61]),
      (4, false, [1.68, 1.67, 1.66]), (1, true, [2.26, 2.26, 2.25]), (2, true, [2.40, 2.40, 2.37]),
      (3, true, [2.37, 2.46, 2.42]), (4, true, [2.33, 2.50, 2.44]),
    ])
  func `Tokens a round`(paths: Int, near: Bool, expected: [Double]) throws {
    var sums = [0.0, 0, 0]
    for seed in Self.seeds {
      let language = language(seed, near: near)
      let all = [try best(language, paths), merged(language, paths), siblings(language, paths)]
      for rule in sums.indices { sums[rule] += all[rule] }
    }
    for (sum, mean) in zip(sums, expected) {
      #expect(abs(sum / Double(Self.seeds.count) - mean) < 0.0051, "\(sums)")
    }
  }
}

extension Rational {
  fileprivate var double: Double { Double(numerator) / Double(denominator) }
}
