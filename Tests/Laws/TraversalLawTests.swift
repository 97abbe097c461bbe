import Numerics
import Reference
import ShaderInterface
import Testing

/// One enumeration: a language, the children by depth, and the sizes that force fair rounding.
struct TraversalCase: CustomTestStringConvertible {
  var vocabulary: Int
  var siblings: [Int]
  var largestTotal: Int
  var shareBits: UInt32 = 2
  var reducedTotalBits: UInt32 = 3

  var testDescription: String {
    "vocabulary \(vocabulary) siblings \(siblings) totals \(largestTotal) shares \(shareBits) reduced \(reducedTotalBits)"
  }

  static let all = [
    TraversalCase(vocabulary: 2, siblings: [1, 1, 1], largestTotal: 6, shareBits: 3),
    TraversalCase(vocabulary: 3, siblings: [1, 1, 1], largestTotal: 5, shareBits: 1),
    TraversalCase(vocabulary: 5, siblings: [1, 1, 1], largestTotal: 5),
    TraversalCase(vocabulary: 2, siblings: [3, 2, 2], largestTotal: 4),
    TraversalCase(vocabulary: 3, siblings: [2, 1, 1], largestTotal: 6, reducedTotalBits: REDUCED_TOTAL_BITS),
    TraversalCase(vocabulary: 3, siblings: [3, 2, 1], largestTotal: 4, shareBits: 1, reducedTotalBits: 2),
    TraversalCase(vocabulary: 4, siblings: [2, 2], largestTotal: 5),
    TraversalCase(vocabulary: 5, siblings: [3, 2], largestTotal: 5, shareBits: 1, reducedTotalBits: 2),
    TraversalCase(vocabulary: 5, siblings: [3, 3, 3], largestTotal: 5, shareBits: 1, reducedTotalBits: 2),
  ]
}

/// Block and traversal verification emit the target's law exactly: enumerated, in rational arithmetic, difference 0.
@Suite struct TraversalLawTests {
  @Test(arguments: TraversalCase.all, [TraversalLaw.Proposal.independent, .distinct, .oneHot, .ownRows])
  func outputLawIsTheTargets(c: TraversalCase, proposal: TraversalLaw.Proposal) { check(c, proposal) }

  /// Independent paths, merged where they begin alike: a removed child takes all paths with its token away.
  @Test(
    arguments: [
      TraversalCase(vocabulary: 2, siblings: [2, 1], largestTotal: 5, shareBits: 3),
      TraversalCase(vocabulary: 3, siblings: [2, 1, 1], largestTotal: 4),
      TraversalCase(vocabulary: 3, siblings: [3, 1], largestTotal: 5),
      TraversalCase(vocabulary: 5, siblings: [3, 1, 1], largestTotal: 5, shareBits: 1, reducedTotalBits: 2),
    ])
  func mergedPathsGiveTheTargetsLaw(c: TraversalCase) { check(c, .mergedPaths) }

  private func check(_ c: TraversalCase, _ proposal: TraversalLaw.Proposal) {
    for seed in 1...2 as ClosedRange<UInt64> {
      let language = Language(vocabulary: c.vocabulary, largestTotal: c.largestTotal, seed: seed)
      var law = TraversalLaw(
        language, proposal, siblings: c.siblings, shareBits: c.shareBits, reducedTotalBits: c.reducedTotalBits
      )
      let tokens = law.tokens()
      #expect(totalVariation(tokens, language.target(after: [], count: c.siblings.count + 1)) == .zero)
      #expect(tokens.values.reduce(.zero, +) == .one, "seed \(seed)")
    }
  }

  /// Sun et al., "Block Verification Accelerates Speculative Decoding", motivating example: 10/9 accepted tokens by
  /// token rejection, 11/9 by block verification.
  @Test func blockVerificationAcceptsThePublishedCount() {
    let rows = Rows(target: [1, 2], draft: [2, 1])
    let language = Language(vocabulary: 2, largestTotal: 3, seed: 0) { _ in rows }
    var block = TraversalLaw(language, .independent, siblings: [1, 1], shareBits: 4, reducedTotalBits: 30)
    let accepted = block.rounds().reduce(Rational.zero) { sum, round in
      sum + Rational(round.key.count - 1) * round.value
    }
    #expect(accepted == Rational("11/9"))
    #expect(totalVariation(block.tokens(), language.target(after: [], count: 3)) == .zero)
    let token = Rule(mode: SIBLINGS_WITH_REPLACEMENT, children: 1).law(rows).accepted.values.reduce(.zero, +)
    #expect(token + token * token == Rational("10/9"))
  }

  /// Largest total variation of the first two tokens over random languages, as a share of 1.
  private func worst(_ proposal: TraversalLaw.Proposal, _ change: (inout TraversalLaw) -> Void) -> Rational {
    (1...6 as ClosedRange<UInt64>).map { seed in
      let language = Language(vocabulary: 3, largestTotal: 4, seed: seed)
      var law = TraversalLaw(language, proposal, siblings: [2, 1], shareBits: 5)
      change(&law)
      return totalVariation(law.tokens(), language.target(after: [], count: 3))
    }.max()!
  }

  /// A published port takes a := min(1, m / remaining draft mass) after a removal.
  @Test(arguments: [TraversalLaw.Proposal.independent, .distinct])
  func theBiasedShareAfterARemovalIsCaught(proposal: TraversalLaw.Proposal) {
    let distance = worst(proposal) { law in
      law.distort = { before, after in
        // m = a' (1 - a) / (1 - a') from a' = m / (m + 1 - a); with a = 1 there is nothing to distort.
        guard after.share < after.one, before.share < before.one else { return after }
        let mass = Rational(
          after.share * (before.one - before.share), over: before.one * (after.one - after.share))
        let wrong = mass * Rational(before.draftTotal, over: max(after.draftTotal, 1))
        let share = UInt128(min(wrong, .one).numerator) * after.one / UInt128(min(wrong, .one).denominator)
        return after.with(share: share)
      }
    }
    #expect(distance > Rational(1, over: 100))
  }

  /// Merged paths need the removed token taken out of the draft's row; distinct siblings too.
  @Test(arguments: [TraversalLaw.Proposal.mergedPaths, .distinct])
  func keepingTheRemovedTokenInTheDraftIsCaught(proposal: TraversalLaw.Proposal) {
    #expect(worst(proposal) { $0.excludes = false } > Rational(1, over: 100))
  }
}

extension TraversalNode {
  fileprivate func with(share: UInt128) -> TraversalNode {
    TraversalNode(
      share: share, target: target, total: UInt64(total), draft: draft, draftTotal: UInt64(draftTotal),
      shareBits: UInt32(one.trailingZeroBitCount), reducedTotalBits: 3)
  }
}
