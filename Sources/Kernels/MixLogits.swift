import Foundation
import ShaderInterface

/// A combination of two models' logits.
public struct LogitMixture: Sendable, Hashable {
  /// What is combined.
  public enum Form: Sendable, Hashable {
    /// scaleA * a + scaleB * b.
    case logits
    /// The same of log-probabilities: each row less its log-sum-exp.
    case logProbabilities
    /// a - scaleB * (p - q) where q is plausible, else a; p and q are the softmaxes of a and b at the temperature.
    case transfer(temperature: Double)
  }

  /// Factor of the first model's logits; a transfer does not use it.
  public var scaleA: Float
  /// Factor of the second model's logits, or of the difference of probabilities.
  public var scaleB: Float
  /// Tokens whose first logit is further than this below the row's best become -infinity; at most 0, -infinity keeps
  /// all. A transfer leaves tokens alone whose second logit over the temperature is further than this below its best.
  public var threshold: Float
  /// What is combined.
  public var form: Form

  /// All tokens, and logits as they are, unless said otherwise.
  public init(scaleA: Float, scaleB: Float, threshold: Float = -.infinity, form: Form = .logits) {
    self.scaleA = scaleA
    self.scaleB = scaleB
    self.threshold = threshold
    self.form = form
  }

  /// The logarithm of a^share * b^(1 - share), a and b the models' probabilities; its softmax is their geometric
  /// mixture.
  public static func geometric(share: Double) -> LogitMixture {
    LogitMixture(scaleA: Float(share), scaleB: Float(1 - share), form: .logProbabilities)
  }

  /// (1 + beta) * expert - beta * amateur over the tokens that the expert gives at least `alpha` times the probability
  /// of its best (Li et al., 2023, in the form of O'Brien and Lewis, 2023).
  public static func contrastive(beta: Double, alpha: Double) -> LogitMixture {
    LogitMixture(scaleA: Float(1 + beta), scaleB: Float(-beta), threshold: Float(log(alpha)))
  }

  /// The target's logits, moved towards a draft that saw another context: less `strength` times p - q for the tokens
  /// that the draft's law q gives at least `alpha` times the probability of its best (RAPID: Chen et al., 2025).
  ///
  /// The result is logits before the temperature, in whose unit `strength` counts. With p' its softmax at the same
  /// temperature, the round of the paper accepts as token rejection of p' over q does: `clusterAccept` with 0
  /// ranks. What follows a rejected token is drawn from norm(max(p - q, p - p')), the residual of p over the minimum of
  /// q and p' (`combineDistributions`), what follows the last one from p; `verifyAccepted` ends the round.
  public static func transfer(strength: Double, alpha: Double = 0.1, temperature: Double = 1) -> LogitMixture
  {
    LogitMixture(
      scaleA: 1, scaleB: Float(strength), threshold: Float(log(alpha)),
      form: .transfer(temperature: temperature))
  }

  func check() throws(Refusal) {
    try require(scaleA.isFinite && scaleB.isFinite, "factors \(scaleA) and \(scaleB)")
    try require(
      threshold <= 0, "threshold \(threshold), the logarithm of alpha: at most 0, alpha 0 to 1, is possible")
    if case .transfer(let temperature) = form { try Warp(temperature: temperature).check() }
  }

  fileprivate var mode: UInt32 {
    switch form {
    case .logits: MIX_LOGITS
    case .logProbabilities: MIX_LOG_PROBABILITIES
    case .transfer: MIX_TRANSFER
    }
  }

  fileprivate var inverseTemperature: Float {
    if case .transfer(let temperature) = form { Float(1 / temperature) } else { 1 }
  }
}

extension CommandList {
  /// `scaleA * a + scaleB * b` where a is plausible, -infinity elsewhere, or a transfer; `out` may be the same tensor as
  /// `a`.
  ///
  /// -infinity in either model gives -infinity, of a transfer in `a` alone. NaN or +infinity in either gives NaN, which
  /// `argmax` and `distribution` report; a mixture of log-probabilities and a transfer are then NaN in the whole row.
  /// Two products and a sum: within 2^-23 of the products' magnitudes, log-probabilities besides within the error of
  /// `tokenLogProbability` times their factor; its order of summation. A transfer is within
  /// (vocabulary / 256 + 200 + 2|z|) 2^-24 of scaleB (p + q), z the logit over the temperature that is farthest from 0,
  /// and 2^-24 of itself, but tokens whose second logit over the temperature is within (90 + 2|z|) 2^-24 of the
  /// threshold may go either way.
  /// - Parameters:
  ///   - a: f32 `[rows][vocabulary]`.
  ///   - b: f32 `[rows][vocabulary]`.
  ///   - mixture: what to make of them.
  ///   - out: f32 `[rows][vocabulary]`.
  public func mixLogits(
    _ a: Tensor<Float>, _ b: Tensor<Float>, _ mixture: LogitMixture, out: Tensor<Float>, rows: Int,
    vocabulary: Int
  ) {
    call(.mixLogits) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary)
      try requireVocabulary(vocabulary)
      try require(rows > 0, "\(rows) rows")
      try mixture.check()
      try require(a, rows * vocabulary, "a")
      try require(b, rows * vocabulary, "b")
      try require(out, rows * vocabulary, "out")
      let p = ShaderInterface.MixLogits(
        rows: UInt32(rows), vocabulary: UInt32(vocabulary), scaleA: mixture.scaleA, scaleB: mixture.scaleB,
        threshold: mixture.threshold, mode: mixture.mode, inverseTemperature: mixture.inverseTemperature)
      return Invocation(
        kernel, p, [.read(a), .read(b), .write(out)], groups: (rows, 1),
        specialization: [mixture.mode])
    }
  }
}
