import Foundation
import ShaderInterface

/// A linear combination of two models' logits.
public struct LogitMixture: Sendable, Hashable {
  /// Factor of the first model's logits.
  public var scaleA: Float
  /// Factor of the second model's logits.
  public var scaleB: Float
  /// Tokens whose first logit is further than this below the row's best become -infinity; at most 0, -infinity keeps
  /// all.
  public var threshold: Float
  /// Mix log-probabilities: each row less its log-sum-exp.
  public var normalizes: Bool

  /// All tokens, and logits as they are, unless said otherwise.
  public init(scaleA: Float, scaleB: Float, threshold: Float = -.infinity, normalizes: Bool = false) {
    self.scaleA = scaleA
    self.scaleB = scaleB
    self.threshold = threshold
    self.normalizes = normalizes
  }

  /// The logarithm of a^share * b^(1 - share), a and b the models' probabilities; its softmax is their geometric
  /// mixture.
  public static func geometric(share: Double) -> LogitMixture {
    LogitMixture(scaleA: Float(share), scaleB: Float(1 - share), normalizes: true)
  }

  /// (1 + beta) * expert - beta * amateur over the tokens that the expert gives at least `alpha` times the probability
  /// of its best (Li et al., 2023, in the form of O'Brien and Lewis, 2023).
  public static func contrastive(beta: Double, alpha: Double) -> LogitMixture {
    LogitMixture(scaleA: Float(1 + beta), scaleB: Float(-beta), threshold: Float(log(alpha)))
  }
}

extension CommandList {
  /// `scaleA * a + scaleB * b` where a is plausible, -infinity elsewhere; `out` may be the same tensor as `a`.
  ///
  /// -infinity in either model gives -infinity. NaN or +infinity in either gives NaN, which `argmax` and `distribution`
  /// report; a mixture of log-probabilities is then NaN in the whole row. Two products and a sum: within 2^-23 of the
  /// products' magnitudes, log-probabilities besides within the error of `tokenLogProbability` times their factor; its
  /// order of summation.
  /// - Parameters: - a: f32 `[rows][vocabulary]`.  - b: f32 `[rows][vocabulary]`.  - out: f32 `[rows][vocabulary]`.
  public func mixLogits(
    _ a: Tensor<Float>, _ b: Tensor<Float>, _ mixture: LogitMixture, out: Tensor<Float>, rows: Int,
    vocabulary: Int
  ) {
    call(.mixLogits) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary)
      try requireVocabulary(vocabulary)
      try require(rows > 0, "\(rows) rows")
      try require(
        mixture.scaleA.isFinite && mixture.scaleB.isFinite, "factors \(mixture.scaleA) and \(mixture.scaleB)")
      try require(mixture.threshold <= 0, "threshold \(mixture.threshold), at most 0 is possible")
      try require(a, rows * vocabulary, "a")
      try require(b, rows * vocabulary, "b")
      try require(out, rows * vocabulary, "out")
      let p = ShaderInterface.MixLogits(
        rows: UInt32(rows), vocabulary: UInt32(vocabulary), scaleA: mixture.scaleA, scaleB: mixture.scaleB,
        threshold: mixture.threshold, normalize: mixture.normalizes ? 1 : 0)
      return Invocation(kernel, p, [.read(a), .read(b), .write(out)], groups: (rows, 1))
    }
  }
}
