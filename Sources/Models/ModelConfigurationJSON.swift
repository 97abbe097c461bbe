import Foundation

extension ModelConfiguration {
  /// Largest `config.json` that is read, in bytes.
  static let maximumBytes = 1 << 20

  /// Reads a `config.json` as Hugging Face transformers writes it for Llama models, with its defaults.
  ///
  /// Refused by name: biases, activations other than SiLU, partial rotary embedding and scalings other than linear, Llama 3
  /// and YaRN, sliding windows, quantized weights, other model types.
  public init(path: String) throws(ModelConfigurationError) {
    let data: Data
    do {
      data = try CheckpointFiles.map(path)
    } catch {
      guard case .cannotRead(_, let reason) = error else {
        throw .cannotRead(file: path, reason: error.description)
      }
      throw .cannotRead(file: path, reason: reason)
    }
    guard data.count <= Self.maximumBytes else {
      throw .cannotRead(
        file: path, reason: "its \(data.count) bytes exceed the \(Self.maximumBytes) of a configuration")
    }
    try self.init(json: [UInt8](data), label: path)
  }

  /// Reads the text of a `config.json`; `label` names it in errors.
  public init(json: [UInt8], label: String = "config.json") throws(ModelConfigurationError) {
    let value: JSONValue
    do {
      value = try JSONParser.parse(json)
    } catch {
      throw .malformedJSON(file: label, byte: error.byte, problem: error.problem)
    }
    guard let members = value.members else {
      throw .mistyped(field: label, expected: "an object", found: value.summary)
    }
    let fields = ModelConfigurationFields(members: members)
    try Self.refuseUnsupported(fields)
    let rotary = try RotarySettings(fields)
    try self.init(
      vocabularySize: fields.required("vocab_size"),
      hiddenSize: fields.required("hidden_size"),
      intermediateSize: fields.required("intermediate_size"),
      layerCount: fields.required("num_hidden_layers"),
      headCount: fields.required("num_attention_heads"),
      keyValueHeadCount: fields.integer("num_key_value_heads"),
      headSize: fields.integer("head_dim"),
      ropeTheta: rotary.theta,
      ropeScaling: rotary.scaling,
      rmsNormEpsilon: fields.number("rms_norm_eps") ?? 1e-6,
      maximumPositions: fields.integer("max_position_embeddings") ?? 2_048,
      tiesWordEmbeddings: fields.bool("tie_word_embeddings") ?? false,
      bosTokens: fields.tokens("bos_token_id"),
      eosTokens: fields.tokens("eos_token_id"),
      draftHeadCount: fields.integer("num_draft_heads") ?? 0,
      draftHeadIntermediateSize: fields.integer("draft_head_intermediate_size") ?? 0)
  }

  private static func refuseUnsupported(_ fields: ModelConfigurationFields) throws(ModelConfigurationError) {
    try fields.only("model_type", ["llama", "mistral"])
    try fields.only("hidden_act", ["silu", "swish"])  // two names of x * sigmoid(x)
    for field in ["attention_bias", "mlp_bias"] where try fields.bool(field) == true {
      throw .unsupported(field: field, value: "true", supported: "false")
    }
    for field in ["sliding_window", "quantization_config"] {
      guard let value = fields[field] else { continue }
      throw .unsupported(field: field, value: value.summary, supported: "null")
    }
    try RotarySettings.refusePartial(fields)
  }
}
