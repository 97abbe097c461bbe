import Numerics
import Reference
import ShaderInterface
import Testing

/// A draft that knows only some of the target's tokens (FR-Spec, EAGLE-3, FastMTP): with its weights brought to the
/// target's tokens by `gatherColumns`, the law of what sibling rejection emits is the target's.
@Suite struct DraftVocabularyLawTests {
  /// Rows of a language whose draft has been drawn up for the tokens of `map` alone, and spread over all.
  private func language(vocabulary: Int, map: [UInt32], seed: UInt64) -> Language {
    let targets = Language(vocabulary: vocabulary, largestTotal: 6, seed: seed)
    let drafts = Language(vocabulary: map.count, largestTotal: 6, seed: seed + 100)
    var inverse = [UInt32](repeating: NO_TOKEN, count: vocabulary)
    for (index, token) in map.enumerated() { inverse[Int(token)] = UInt32(index) }
    let indices = inverse
    var language = targets
    language.given = { prefix in
      var rows = targets.rows(after: prefix)
      rows.draft = spread(drafts.rows(after: prefix).draft, by: indices)
      return rows
    }
    return language
  }

  @Test(
    arguments: [[0], [2, 1], [3, 0, 2]] as [[UInt32]],
    [SIBLINGS_WITH_REPLACEMENT, SIBLINGS_WITHOUT_REPLACEMENT, SIBLINGS_K_SEQ])
  func outputLawIsTheTargets(map: [UInt32], mode: UInt32) {
    for seed in 1...3 as ClosedRange<UInt64> {
      let language = language(vocabulary: 4, map: map, seed: seed)
      let rows = language.rows(after: [])
      let drafted = rows.draft.indices.filter { rows.draft[$0] > 0 }
      #expect(drafted.allSatisfy { map.contains(UInt32($0)) } && !drafted.isEmpty)
      let rules = [2, 1].map { Rule(mode: mode, children: $0) }
      let law = language.speculative(after: [], rules[...])
      #expect(totalVariation(law, language.target(after: [], count: 3)) == .zero, "seed \(seed)")
    }
  }

  /// Tokens that the draft does not know still come, from the residual alone.
  @Test func unknownTokensComeFromTheResidual() {
    let rows = Rows(target: [1, 2, 3], draft: spread([4], by: [NO_TOKEN, 0, NO_TOKEN]))
    let law = Rule(mode: SIBLINGS_WITHOUT_REPLACEMENT, children: 1).law(rows)
    #expect(law.accepted == [1: Rational(2, over: 6)])
    #expect(law.bonus == [0: Rational(1, over: 6), 2: Rational(3, over: 6)])
  }
}

/// What `gatherColumns` makes of a draft's weights, with 0 where it has no such token.
private func spread(_ weights: [UInt32], by indices: [UInt32]) -> [UInt32] {
  var out = [UInt32](repeating: 77, count: indices.count)
  weights.withUnsafeBufferPointer { x in
    indices.withUnsafeBufferPointer { list in
      out.withUnsafeMutableBufferPointer {
        Reference.gatherColumns(
          GatherColumns(
            rows: 1, columns: U32(weights.count), count: U32(indices.count), rowLists: 0, missing: 0), x: x,
          indices: list, out: $0)
      }
    }
  }
  return out
}
