/// Sizes and constants of a Llama-style model: RMS norm, half-split rotary embedding, grouped-query attention
/// and SwiGLU, without biases (Touvron et al., 2023; Ainslie et al., 2023), with optional parallel draft heads.
///
/// Every value is in range once a configuration exists.
public struct ModelConfiguration: Sendable, Equatable {
  /// `vocab_size`: tokens, 1...262,144.
  public let vocabularySize: Int
  /// `hidden_size`: width of the residual stream, 1...65,536.
  public let hiddenSize: Int
  /// `intermediate_size`: width of the gated MLP, 1...1,048,576.
  public let intermediateSize: Int
  /// `num_hidden_layers`, 1...1,024.
  public let layerCount: Int
  /// `num_attention_heads`: query heads, 1...1,024.
  public let headCount: Int
  /// `num_key_value_heads`: divides `headCount`.
  public let keyValueHeadCount: Int
  /// `head_dim`: elements of one head, even, 32...256.
  public let headSize: Int
  /// `rope_theta`: base of the rotary frequencies theta^(-2i / headSize).
  public let ropeTheta: Double
  /// `rope_scaling`: how those frequencies are stretched.
  public let ropeScaling: RotaryScaling
  /// `rms_norm_eps`: added to the mean square, in 0..<1 and above 0.
  public let rmsNormEpsilon: Double
  /// `max_position_embeddings`: positions, 1...16,777,216.
  public let maximumPositions: Int
  /// `tie_word_embeddings`: whether the logits use the embedding matrix.
  public let tiesWordEmbeddings: Bool
  /// `bos_token_id`: none, one or several tokens of the vocabulary.
  public let bosTokens: [Int]
  /// `eos_token_id`: tokens that end a text.
  public let eosTokens: [Int]
  /// `num_draft_heads`: head j maps the final hidden state of position t to the token at t + 2 + j; 0...64.
  public let draftHeadCount: Int
  /// `draft_head_intermediate_size`: width of each draft head's gated MLP.
  public let draftHeadIntermediateSize: Int

  /// Query heads that share one key and value head.
  public var groupSize: Int { headCount / keyValueHeadCount }
  /// Columns of all queries of a row.
  public var querySize: Int { headCount * headSize }
  /// Columns of all keys (or values) of a row.
  public var keyValueSize: Int { keyValueHeadCount * headSize }

  /// A configuration with every value checked; errors name fields as `config.json` does.
  ///
  /// `keyValueHeadCount` defaults to `headCount`, `headSize` to `hiddenSize / headCount`.
  public init(
    vocabularySize: Int, hiddenSize: Int, intermediateSize: Int, layerCount: Int, headCount: Int,
    keyValueHeadCount: Int? = nil, headSize: Int? = nil, ropeTheta: Double = 10_000,
    ropeScaling: RotaryScaling = .none, rmsNormEpsilon: Double = 1e-6, maximumPositions: Int = 2_048,
    tiesWordEmbeddings: Bool = false,
    bosTokens: [Int] = [], eosTokens: [Int] = [], draftHeadCount: Int = 0, draftHeadIntermediateSize: Int = 0
  ) throws(ModelConfigurationError) {
    try Self.check("vocab_size", vocabularySize, 1...262_144)
    try Self.check("hidden_size", hiddenSize, 1...65_536)
    try Self.check("intermediate_size", intermediateSize, 1...1_048_576)
    try Self.check("num_hidden_layers", layerCount, 1...1_024)
    try Self.check("num_attention_heads", headCount, 1...1_024)
    let keyValueHeads = keyValueHeadCount ?? headCount
    try Self.check("num_key_value_heads", keyValueHeads, 1...headCount)
    guard headCount % keyValueHeads == 0 else {
      throw .outOfRange(
        field: "num_key_value_heads", value: "\(keyValueHeads)",
        allowed: "a divisor of num_attention_heads = \(headCount)")
    }
    if headSize == nil, hiddenSize % headCount != 0 {
      throw .outOfRange(
        field: "num_attention_heads", value: "\(headCount)",
        allowed: "a divisor of hidden_size = \(hiddenSize), where head_dim is not given")
    }
    let size = headSize ?? hiddenSize / headCount
    guard (32...256).contains(size), size % 2 == 0 else {
      throw .outOfRange(field: "head_dim", value: "\(size)", allowed: "even numbers 32...256")
    }
    try RotaryScaling.check(base: ropeTheta)
    try ropeScaling.check(headSize: size, theta: ropeTheta)
    guard rmsNormEpsilon > 0, rmsNormEpsilon < 1 else {
      throw .outOfRange(field: "rms_norm_eps", value: "\(rmsNormEpsilon)", allowed: "above 0, below 1")
    }
    try Self.check("max_position_embeddings", maximumPositions, 1...16_777_216)
    for token in bosTokens { try Self.check("bos_token_id", token, 0...vocabularySize - 1) }
    for token in eosTokens { try Self.check("eos_token_id", token, 0...vocabularySize - 1) }
    try Self.check("num_draft_heads", draftHeadCount, 0...64)
    let smallest = draftHeadCount > 0 ? 1 : 0
    try Self.check("draft_head_intermediate_size", draftHeadIntermediateSize, smallest...1_048_576)

    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeads
    self.headSize = size
    self.ropeTheta = ropeTheta
    self.ropeScaling = ropeScaling
    self.rmsNormEpsilon = rmsNormEpsilon
    self.maximumPositions = maximumPositions
    self.tiesWordEmbeddings = tiesWordEmbeddings
    self.bosTokens = bosTokens
    self.eosTokens = eosTokens
    self.draftHeadCount = draftHeadCount
    self.draftHeadIntermediateSize = draftHeadIntermediateSize
  }

  private static func check(
    _ field: String, _ value: Int, _ allowed: ClosedRange<Int>
  ) throws(ModelConfigurationError) {
    guard allowed.contains(value) else {
      throw .outOfRange(
        field: field, value: "\(value)", allowed: "\(allowed.lowerBound)...\(allowed.upperBound)")
    }
  }
}
