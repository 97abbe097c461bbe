import Numerics
import Reference
import ShaderInterface
import Testing

/// Rules that look right and are not: the enumeration must see them.
@Suite struct CounterExampleTests {
  /// Largest total variation over random rows, as a share of 1.
  private func worst(_ rule: Rule) -> Rational {
    (1...12 as ClosedRange<UInt64>).map { seed in
      let rows = Language(vocabulary: 3, largestTotal: 5, seed: seed).rows(after: [])
      return totalVariation(rule.law(rows).tokens, rows.law)
    }.max()!
  }

  @Test(arguments: [SIBLINGS_WITH_REPLACEMENT, SIBLINGS_WITHOUT_REPLACEMENT])
  func siblingsWithoutAResidualUpdateAreCaught(mode: UInt32) {
    #expect(worst(Rule(mode: mode, children: 2, updatesResidual: false)) > Rational(1, over: 20))
  }

  @Test func droppingADrawnTokenForItsOwnProbabilityIsCaught() {
    let rule = Rule(mode: SIBLINGS_WITH_REPLACEMENT, children: 1) { drawn, rows in
      drawn.filter { 3 * UInt64(rows.draft[Int($0)]) >= rows.draftTotal }
    }
    #expect(worst(rule) > Rational(1, over: 20))
  }

  @Test func keepingTheLikelierOfTwoSiblingsIsCaught() {
    let rule = Rule(mode: SIBLINGS_WITH_REPLACEMENT, children: 2) { drawn, rows in
      [drawn.max { (rows.draft[Int($0)], $1) < (rows.draft[Int($1)], $0) }!]
    }
    #expect(worst(rule) > Rational(1, over: 20))
  }

  /// The control: a rule on the row, before the draw, may decide how many children there are.
  @Test func stoppingByTheRowBeforeTheDrawIsLossless() {
    let rule = Rule(mode: SIBLINGS_WITH_REPLACEMENT, children: 2) { drawn, rows in
      2 * UInt64(rows.draft.max()!) >= rows.draftTotal ? drawn : Array(drawn.prefix(1))
    }
    #expect(worst(rule) == .zero)
  }
}
