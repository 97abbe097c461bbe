import Numerics
import Reference
import ShaderInterface

/// Random integer rows for every prefix of tokens: with zeros, skewed ones and points of certainty.
struct Language {
  var vocabulary: Int
  /// Totals are at most this, so that every answer to a draw can be tried.
  var largestTotal: Int
  var seed: UInt64
  /// Rows of the test's own, instead of random ones.
  var given: (@Sendable (_ prefix: [UInt32]) -> Rows)?

  func rows(after prefix: [UInt32]) -> Rows {
    if let given { return given(prefix) }
    var random = SplitMix64(prefix.reduce(seed) { ($0 &+ UInt64($1) &+ 1) &* 0x9e37_79b9_7f4a_7c15 })
    return Rows(target: row(&random), draft: row(&random))
  }

  private func row(_ random: inout SplitMix64) -> [UInt32] {
    var row = [UInt32](repeating: 0, count: vocabulary)
    let skew = Int.random(in: 0..<3, using: &random)
    for _ in 0..<Int.random(in: max(1, largestTotal - 2)...largestTotal, using: &random) {
      let highest = skew == 0 || Bool.random(using: &random) ? vocabulary : min(skew, vocabulary)
      row[Int.random(in: 0..<highest, using: &random)] += 1
    }
    return row.shuffled(using: &random)
  }

  /// The target's own law of `count` tokens after `prefix`.
  func target(after prefix: [UInt32], count: Int) -> [[UInt32]: Rational] {
    guard count > 0 else { return [[]: .one] }
    return extend(rows(after: prefix).law) { token in target(after: prefix + [token], count: count - 1) }
  }

  /// The law of the first tokens after `prefix` of a round with `rules`, one a depth, and then no children, so
  /// one token more than rules. After a bonus token plain decoding goes on.
  func speculative(after prefix: [UInt32], _ rules: ArraySlice<Rule>) -> [[UInt32]: Rational] {
    let leaf = Rule(mode: SIBLINGS_WITH_REPLACEMENT, children: 0)
    let law = (rules.first ?? leaf).law(rows(after: prefix), position: UInt32(9 + prefix.count))
    let below = rules.dropFirst()
    let accepted = extend(law.accepted) { speculative(after: prefix + [$0], below) }
    let bonus = extend(law.bonus) { target(after: prefix + [$0], count: rules.count) }
    return accepted.merging(bonus, uniquingKeysWith: +)
  }

  private func extend(
    _ first: [UInt32: Rational], _ rest: (UInt32) -> [[UInt32]: Rational]
  ) -> [[UInt32]: Rational] {
    var law: [[UInt32]: Rational] = [:]
    for (token, probability) in first {
      for (tokens, share) in rest(token) { law[[token] + tokens] = probability * share }
    }
    return law
  }
}
