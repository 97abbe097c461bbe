import Foundation
import ShaderInterface

/// Which draft tokens a rule lets pass that does not keep the target's law: lossy.
///
/// A token passes if every test of the rule holds on its parent's row; what is not set is not asked. A token that the
/// row bans, or a row with a status, never passes. Rules that need two rows, such as a divergence of each of two pairs
/// of models, are calls that combine.
public struct LossyTest: Sendable, Hashable {
  /// p > min(epsilon, delta * e^(-entropyScale * H)), H the row's entropy in nats.
  public var epsilon = 0.0
  /// Factor of the threshold that falls with the entropy, in the first test.
  public var delta = 0.0
  /// How fast that threshold falls, a nat.
  public var entropyScale: Float = 1
  /// Best logit - the token's at most this, in nats, over the temperature.
  public var gap = Float.infinity
  /// Best tokens a row that are given; 0: none.
  public var count = 0
  /// |token - best token| at most this, for ordinal tokens; nil: the token is among the best tokens.
  public var distance: Int?
  /// The row's divergence at most this.
  public var divergence = Float.infinity
  /// Of the row, in nats.
  public var maximumEntropy = Float.infinity
  /// Between the row's best two logits.
  public var minimumGap: Float = 0

  /// The test that every token passes which the row does not ban.
  public init() {}

  /// Typical acceptance (Medusa, Cai et al. 2024).
  public static func typical(epsilon: Double = 0.09, delta: Double = 0.3) -> LossyTest {
    var test = LossyTest()
    (test.epsilon, test.delta) = (epsilon, delta)
    return test
  }

  /// Among the best `beta` and at most `gap` nats below the best (SpecDec, Xia et al. 2023); `gap` infinite: the top-k
  /// test of blockwise parallel decoding (Stern et al. 2018).
  public static func topBeta(_ beta: Int, gap: Float = .infinity) -> LossyTest {
    var test = LossyTest()
    (test.count, test.gap) = (beta, gap)
    return test
  }

  /// Near the best token, for ordinal tokens such as pixels (Stern et al. 2018).
  public static func distance(_ distance: Int) -> LossyTest {
    var test = LossyTest()
    (test.count, test.distance) = (1, distance)
    return test
  }

  /// On a row that diverges by at most so many nats from another model's.
  public static func divergence(atMost divergence: Float) -> LossyTest {
    var test = LossyTest()
    test.divergence = divergence
    return test
  }

  /// Of at least this probability, on a row that is sure enough of itself; mostly asked of the draft's own rows.
  public static func confidence(
    probability: Double = 0, maximumEntropy: Float = .infinity, minimumGap: Float = 0
  ) -> LossyTest {
    var test = LossyTest()
    (test.epsilon, test.delta) = (probability, .infinity)
    (test.maximumEntropy, test.minimumGap) = (maximumEntropy, minimumGap)
    return test
  }

  /// No test but that the row does not ban the token: accept all.
  public static let all = LossyTest()
}

extension CommandList {
  /// Whether each tree node passes a lossy test on its parent's row, and the log-probability of its token there.
  ///
  /// Of several tests one after another, all but the last; `verifyLossy` makes the last one, or the only one, and ends
  /// the round. `verifyAccepted` does where what follows a leaf has picks of its own.
  /// A score's error is that of `tokenLogProbability`; thresholds are compared as they are.
  /// - Parameters:
  ///   - logits: f32 `[nodes][vocabulary]`.
  ///   - temperature: of all rows, above 0.
  ///   - warps: u32 `[nodes][WARP_WORDS]`, as `distribution` takes them, whose temperatures count in place of
  ///     `temperature`; nil: one for all rows.
  ///   - statistics: f32 `[nodes][4]`, from `rowStatistics` at the same temperatures.
  ///   - best: u32 `[nodes][test.count]`, from `topTokens`; needed if the test counts.
  ///   - divergence: f32 `[nodes]`, from `divergence`; needed for a finite bound.
  ///   - tree: reads `tokens` and `parents`, u32 `[nodes]` each, and `state`.
  ///   - batch: the sequences of the nodes; nil for one sequence.
  ///   - accept: u32 `[nodes]`, 0 or 1.
  ///   - score: f32 `[nodes]`, log-probabilities in nats.
  ///   - combines: what was not accepted before stays so.
  public func lossyAccept(
    _ test: LossyTest, logits: Tensor<Float>, temperature: Double = 1, warps: Tensor<UInt32>? = nil,
    statistics: Tensor<Float>, best: Tensor<UInt32>? = nil, divergence: Tensor<Float>? = nil,
    tree: TreeBuffers, batch: SequenceBatch? = nil, accept: Tensor<UInt32>, score: Tensor<Float>,
    vocabulary: Int, combines: Bool = false
  ) {
    call(.lossyAccept) { kernel throws(Refusal) in
      try requireVocabulary(vocabulary)
      try tree.check(\.tokens, \.parents, usesResult: false, sequences: batch.sequences)
      let nodes = tree.tokens.count
      try requireSizes(nodes)
      try test.check()
      try test.checkRows(nodes, logits: logits, vocabulary, statistics, best: best, divergence: divergence)
      try require(tree.parents, nodes, "parents")
      try require(accept, nodes, "accept")
      try require(score, nodes, "score")
      try batch.check(state: tree.state, rows: nodes)
      let p = test.parameters(
        nodes, sequences: batch.sequences, vocabulary: vocabulary, combines: combines,
        inverseTemperature: try inverseTemperature(temperature, warps: warps, rows: nodes),
        rowWarps: warps != nil)
      return Invocation(
        kernel, p,
        [
          .read(logits), .read(statistics), .read(test.count > 0 ? best ?? tree.state : tree.state),
          .read(test.readsDivergence ? divergence ?? statistics : statistics), .read(tree.tokens),
          .read(tree.parents), .read(batch.owners(or: tree.state)), .read(tree.state),
          .readWrite(accept), .write(score), .read(warps ?? tree.state),
        ],
        groups: Invocation.elementGroups(nodes))
    }
  }
}

extension LossyTest {
  var readsDivergence: Bool { divergence < .infinity }

  /// What the test reads is given for so many rows.
  func checkRows(
    _ rows: Int, logits: Tensor<Float>, _ vocabulary: Int, _ statistics: Tensor<Float>,
    best: Tensor<UInt32>?, divergence: Tensor<Float>?
  ) throws(Refusal) {
    try require(logits, rows * vocabulary, "logits")
    try require(statistics, rows * 4, "statistics")
    try require(count == 0 || best != nil, "\(count) best tokens a row, none are given")
    if count > 0, let best { try require(best, rows * count, "best") }
    try require(!readsDivergence || divergence != nil, "a bound on a divergence that is not given")
    if readsDivergence, let divergence { try require(divergence, rows, "divergence") }
  }

  /// The call's parameters for so many nodes.
  func parameters(
    _ nodes: Int, maximumNodes: Int = 0, sequences: Int, vocabulary: Int, combines: Bool,
    inverseTemperature: Float, rowWarps: Bool
  ) -> ShaderInterface.LossyAccept {
    ShaderInterface.LossyAccept(
      capacity: UInt32(nodes), maximumNodes: UInt32(maximumNodes), sequences: UInt32(sequences),
      vocabulary: UInt32(vocabulary), count: UInt32(count),
      distance: distance.map { UInt32($0) } ?? NO_TOKEN, combines: combines ? 1 : 0,
      readsDivergence: readsDivergence ? 1 : 0, inverseTemperature: inverseTemperature,
      rowWarps: rowWarps ? 1 : 0, logEpsilon: Float(log(epsilon)), logDelta: Float(log(delta)),
      entropyScale: entropyScale, gap: gap, divergence: divergence, maximumEntropy: maximumEntropy,
      minimumGap: minimumGap)
  }

  func check() throws(Refusal) {
    try requireSizes(count, distance ?? 0)
    try require(epsilon >= 0 && delta >= 0, "epsilon \(epsilon), delta \(delta); at least 0 are possible")
    try require(entropyScale.isFinite, "an entropy scale of \(entropyScale)")
    let bounds = [gap, divergence, maximumEntropy, minimumGap]
    try require(!bounds.contains { $0.isNaN }, "bounds \(bounds)")
  }
}
