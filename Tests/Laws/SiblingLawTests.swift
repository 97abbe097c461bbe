import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

/// One enumeration: a language and the number of siblings at each depth.
struct LawCase: CustomTestStringConvertible {
  var vocabulary: Int
  var siblings: [Int]
  var largestTotal: Int
  var reducedTotalBits = REDUCED_TOTAL_BITS

  var testDescription: String {
    "vocabulary \(vocabulary) siblings \(siblings) totals \(largestTotal) reduced \(reducedTotalBits)"
  }

  static let all = [
    LawCase(vocabulary: 2, siblings: [1, 1, 1], largestTotal: 8),
    LawCase(vocabulary: 2, siblings: [2, 2, 2], largestTotal: 6),
    LawCase(vocabulary: 2, siblings: [3, 1], largestTotal: 5),
    LawCase(vocabulary: 3, siblings: [2, 1, 1], largestTotal: 6),
    LawCase(vocabulary: 3, siblings: [3, 2], largestTotal: 4),
    LawCase(vocabulary: 4, siblings: [2, 2], largestTotal: 6),
    LawCase(vocabulary: 5, siblings: [2, 1], largestTotal: 8),
    LawCase(vocabulary: 5, siblings: [3], largestTotal: 9),
    LawCase(vocabulary: 5, siblings: [3, 2, 1], largestTotal: 6),
    LawCase(vocabulary: 3, siblings: [3, 3, 3], largestTotal: 6),
    // Residuals are rounded, fairly, to totals of at most 2, 4 and 8.
    LawCase(vocabulary: 3, siblings: [2, 2, 1], largestTotal: 6, reducedTotalBits: 1),
    LawCase(vocabulary: 3, siblings: [3, 3, 2], largestTotal: 6, reducedTotalBits: 2),
    LawCase(vocabulary: 5, siblings: [3], largestTotal: 9, reducedTotalBits: 3),
    LawCase(vocabulary: 5, siblings: [3, 3, 2], largestTotal: 7, reducedTotalBits: 2),
  ]
}

/// Sibling rejection emits the target's law exactly: enumerated, in rational arithmetic, difference 0.
@Suite struct SiblingLawTests {
  @Test(
    arguments: LawCase.all,
    [
      SIBLINGS_WITH_REPLACEMENT, SIBLINGS_WITHOUT_REPLACEMENT, SIBLINGS_ONE_HOT, SIBLINGS_K_SEQ,
      SIBLINGS_OWN_ROWS,
    ])
  func outputLawIsTheTargets(c: LawCase, mode: UInt32) {
    for seed in 1...2 as ClosedRange<UInt64> {
      let language = Language(vocabulary: c.vocabulary, largestTotal: c.largestTotal, seed: seed)
      let rules = c.siblings.map {
        Rule(mode: mode, children: $0, reducedTotalBits: c.reducedTotalBits)
      }
      let law = language.speculative(after: [], rules[...])
      let target = language.target(after: [], count: rules.count + 1)
      #expect(totalVariation(law, target) == .zero, "seed \(seed)")
      #expect(law.values.reduce(.zero, +) == .one)
    }
  }

  /// Every node's own law, over more rows: accepted or bonus, the next token is the target's.
  @Test(
    arguments: [
      SIBLINGS_WITH_REPLACEMENT, SIBLINGS_WITHOUT_REPLACEMENT, SIBLINGS_ONE_HOT, SIBLINGS_K_SEQ,
      SIBLINGS_OWN_ROWS,
    ])
  func nodeLawIsTheTargets(mode: UInt32) {
    for seed in 1...60 as ClosedRange<UInt64> {
      let rows = Language(vocabulary: Int(2 + seed % 4), largestTotal: 7, seed: seed).rows(after: [])
      for children in 0...(mode == SIBLINGS_OWN_ROWS ? 3 : 2) {
        let law = Rule(mode: mode, children: children).law(rows)
        #expect(totalVariation(law.tokens, rows.law) == .zero, "\(rows) \(children) children")
      }
    }
  }

  /// The forced small totals do reach the rounding draw, or the cases above would not test it.
  @Test func smallTotalsReachTheRoundingDraw() {
    let rows = Rows(target: [6, 2, 1], draft: [1, 2, 6])
    let memory = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 3)
    defer { memory.deallocate() }
    for (bits, role) in [(3, ROLE_ROUND), (REDUCED_TOTAL_BITS, ROLE_ACCEPT)] as [(UInt32, UInt32)] {
      _ = memory.initialize(from: rows.target)
      var drafts = [DraftRow(weights: rows.draft, total: 9)]
      var tried = 0
      var source = Script([53], memory: memory)  // 53 of 54: the first child is rejected
      _ = Reference.verifyNode(
        target: memory, total: 9, status: STATUS_OK, drafts: &drafts, children: [2, 2],
        mode: SIBLINGS_WITH_REPLACEMENT,
        position: 4, reducedTotalBits: bits, tried: &tried, source: &source)
      #expect(source.pending?.request.role == role)
    }
  }

  /// k-seq with k = 2, P = (1/2, 1/2), Q = (1, 0): r b = 1 - (1 - b)^2 with b = 1 / (2 r) gives r = 1 + 1 / sqrt 2 and
  /// half of the tokens accepted; the smallest r in 256ths above it accepts a little less.
  @Test func kSeqAcceptsWhatItsFormulaSays() {
    let rows = Rows(target: [32, 32], draft: [64, 0])
    let accepted = Rule(mode: SIBLINGS_K_SEQ, children: 2).law(rows).accepted.values.reduce(.zero, +)
    #expect(accepted <= Rational("1/2") && accepted > Rational("12/25"))
    let one = Rule(mode: SIBLINGS_K_SEQ, children: 2).verifierLaw(rows, [0]).filter { $0.key == .child(0) }
    #expect(one.values.first == Rational("1/2"))  // a single candidate: token rejection
  }

  /// Totals of a few units lose nothing: what k-seq takes is min(q, p / r) with the least r that fits, in 256ths.
  @Test(arguments: 1...4)
  func kSeqIsAsFineForSmallTotals(children: Int) {
    for seed in 1...200 as ClosedRange<UInt64> {
      let rows = Language(vocabulary: Int(2 + seed % 4), largestTotal: 9, seed: seed).rows(after: [])
      let p = rows.target.map { Double($0) / Double(rows.targetTotal) }
      let q = rows.draft.map { Double($0) / Double(rows.draftTotal) }
      func part(_ step: Int) -> (r: Double, b: Double) {
        let r = 1 + Double(children - 1) * Double(step) / Double(K_SEQ_STEPS)
        return (r, zip(p, q).reduce(0) { $0 + min($1.1, $1.0 / r) })
      }
      func excess(_ step: Int) -> Double {
        let (r, b) = part(step)
        return r * b - (1 - pow(1 - b, Double(children)))
      }
      var (draft, total) = (rows.draft, rows.draftTotal)
      let taken = draft.withUnsafeMutableBufferPointer { draft in
        Reference.refine(draft, &total, bits: TOTAL_BITS)
        return rows.target.withUnsafeBufferPointer { target in
          Reference.cappedDraft(
            target: target, total: rows.targetTotal, draft: UnsafeBufferPointer(draft), draftTotal: total,
            count: UInt64(children))
        }
      }
      let b = Double(taken.reduce(0) { $0 + UInt64($1) }) / Double(total)
      // Where r fits just so, rounding may choose its neighbour.
      let steps = (0...Int(K_SEQ_STEPS)).filter { $0 == Int(K_SEQ_STEPS) || excess($0) >= -1e-6 }
      let near = [steps[0], min(steps[0] + 1, Int(K_SEQ_STEPS))].map { part($0).b }
      #expect(near.contains { abs($0 - b) < 1e-7 }, "\(rows): \(b), not \(near)")
    }
  }

  /// Independent draws, merged where they agree, are verified like draws without replacement: what still differs from a
  /// rejected token was drawn from the rest of the row.
  @Test func mergedDrawsKeepTheLaw() {
    var biased = Rational.zero
    for seed in 1...20 as ClosedRange<UInt64> {
      let rows = Language(vocabulary: Int(2 + seed % 3), largestTotal: 6, seed: seed).rows(after: [])
      for mode in [SIBLINGS_WITHOUT_REPLACEMENT, SIBLINGS_WITH_REPLACEMENT] {
        var rule = Rule(mode: mode, children: 3, reducedTotalBits: 3)
        rule.drawsIndependently = true
        rule.select = { drawn, _ in
          drawn.enumerated().filter { !drawn[..<$0.offset].contains($0.element) }.map(\.element)
        }
        let distance = totalVariation(rule.law(rows).tokens, rows.law)
        if mode == SIBLINGS_WITHOUT_REPLACEMENT {
          #expect(distance == .zero, "seed \(seed)")
        } else {
          biased = max(biased, distance)
        }
      }
    }
    #expect(biased > Rational(1, over: 100))  // the same draws under the rule for independent ones
  }

  /// Candidates of two drafters under one row, the mixture of both, are not what that row says.
  @Test func theMixtureOfTwoDraftersIsCaught() {
    var biased = Rational.zero
    for seed in 1...20 as ClosedRange<UInt64> {
      let given = Language(vocabulary: 3, largestTotal: 6, seed: seed).rows(after: [])
      let turned = given.draft.indices.map { given.draft[($0 + 1) % 3] }
      let mixture = zip(given.draft, turned).map(+)
      var own = Rule(mode: SIBLINGS_OWN_ROWS, children: 2)
      own.ownRow = { drawn, _ in drawn.isEmpty ? given.draft : turned }
      #expect(totalVariation(own.law(given).tokens, given.law) == .zero, "seed \(seed)")
      own.verifiedRow = { _, _ in mixture }
      biased = max(biased, totalVariation(own.law(given).tokens, given.law))
    }
    #expect(biased > Rational(1, over: 100))
  }
}
