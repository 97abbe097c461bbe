import Numerics
import Reference
import ShaderInterface
import Testing

/// A worked example of token rejection from another project, with what it says comes out.
struct PublishedChain: CustomTestStringConvertible {
  var source: String
  var draft: [String]
  var target: [String]
  var acceptance: [String]
  var totalAcceptance: String
  var residual: [String]
  var output: [String]

  var testDescription: String { source }

  static let all = [
    PublishedChain(
      source: "NVIDIA/TensorRT-LLM dynamicTreeKernels.cu worked comment", draft: ["0.6", "0.3", "0.1"],
      target: ["0.2", "0.5", "0.3"], acceptance: ["1/3", "1", "1"], totalAcceptance: "3/5",
      residual: ["0", "1/2", "1/2"], output: ["1/5", "1/2", "3/10"]),
    PublishedChain(
      source: "apple/ml-recurrent-drafter docs/speculative_sampling.md", draft: ["1/2", "1/2"],
      target: ["1/4", "3/4"], acceptance: ["1/2", "1"], totalAcceptance: "3/4", residual: ["0", "1"],
      output: ["1/4", "3/4"]),
  ]
}

@Suite struct PublishedLawTests {
  /// Integer weights of probabilities whose denominators divide 20.
  private func weights(_ row: [String]) -> [UInt32] {
    row.map { text in
      let scaled = Rational(text) * Rational(20)
      precondition(scaled.denominator == 1)
      return UInt32(scaled.numerator)
    }
  }

  private func row(_ law: [UInt32: Rational], _ count: Int) -> [Rational] {
    (0..<count).map { law[UInt32($0)] ?? .zero }
  }

  @Test(
    arguments: PublishedChain.all, [SIBLINGS_WITH_REPLACEMENT, SIBLINGS_WITHOUT_REPLACEMENT])
  func chainsGiveThePublishedLaw(chain: PublishedChain, mode: UInt32) {
    let rows = Rows(target: weights(chain.target), draft: weights(chain.draft))
    let rule = Rule(mode: mode, children: 1)
    let count = chain.draft.count
    let law = rule.law(rows)
    let acceptance = (0..<count).map { x in
      rule.verifierLaw(rows, [UInt32(x)])[.child(0)] ?? .zero
    }
    let rejected = law.bonus.values.reduce(.zero, +)
    #expect(acceptance == chain.acceptance.map { Rational($0) })
    #expect(law.accepted.values.reduce(.zero, +) == Rational(chain.totalAcceptance))
    #expect(row(law.bonus, count).map { $0 / rejected } == chain.residual.map { Rational($0) })
    #expect(row(law.tokens, count) == chain.output.map { Rational($0) })
  }
}
