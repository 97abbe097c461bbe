import Numerics
import Reference
import ShaderInterface
import Testing

/// Recursive rejection over what a stochastic beam leaves (RSD-S: Jeon et al., 2024).
///
/// Whether a node's next child stays depends on when it comes, and that does not depend on which token it is: so cutting
/// by keys is a decision before the draw, and the law stays the target's.
@Suite struct StochasticBeamTests {
  private static let cuts: [StochasticBeam.Cut] = [
    .depths([1]), .depths([2]), .depths([1, 2]), .depths([2, 2]), .depths([3, 2]), .depths([2, 3]),
    .all(2, depth: 2), .all(3, depth: 2), .all(4, depth: 2),
  ]

  @Test(arguments: cuts, [2, 3])
  func cutByKeysTheLawIsTheTargets(cut: StochasticBeam.Cut, vocabulary: Int) {
    for seed in 1...4 as ClosedRange<UInt64> {
      let beam = StochasticBeam(
        language: Language(vocabulary: vocabulary, largestTotal: 4, seed: seed), cut: cut)
      #expect(beam.law().values.reduce(.zero, +) == .one)
      #expect(totalVariation(beam.speculative(), beam.target) == .zero, "seed \(seed)")
    }
  }

  /// Three depths, whose races are long.
  @Test func deepBeamsKeepTheLaw() {
    for seed in 1...3 as ClosedRange<UInt64> {
      let beam = StochasticBeam(
        language: Language(vocabulary: 2, largestTotal: 3, seed: seed), cut: .depths([2, 2, 2]))
      #expect(totalVariation(beam.speculative(), beam.target) == .zero, "seed \(seed)")
    }
  }

  /// The same children in the order of their probabilities: a rejected token then says more than it should.
  @Test func inAnotherOrderTheLawIsNotTheTargets() {
    let worst = (1...6 as ClosedRange<UInt64>).map { seed in
      let beam = StochasticBeam(
        language: Language(vocabulary: 3, largestTotal: 4, seed: seed), cut: .depths([2, 2]))
      let law = beam.speculative { children, rows in
        children.sorted { (rows.draft[Int($0)], $1) > (rows.draft[Int($1)], $0) }
      }
      return totalVariation(law, beam.target)
    }.max()!
    #expect(worst > Rational(1, over: 20))
  }

  /// The better half of what was drawn: of three children the two likeliest stay.
  @Test func cutByProbabilityTheLawIsNotTheTargets() {
    let worst = (1...6 as ClosedRange<UInt64>).map { seed in
      let beam = StochasticBeam(
        language: Language(vocabulary: 4, largestTotal: 5, seed: seed), cut: .depths([3]))
      let law = beam.speculative { children, rows in
        let kept = children.sorted { (rows.draft[Int($0)], $1) > (rows.draft[Int($1)], $0) }.prefix(2)
        return children.filter { kept.contains($0) }
      }
      return totalVariation(law, beam.target)
    }.max()!
    #expect(worst > Rational(1, over: 20))
  }
}
