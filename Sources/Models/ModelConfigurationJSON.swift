import Foundation

extension ModelConfiguration {
  /// Largest `config.json` that is read, in bytes.
  static let maximumBytes = 1 << 20

  /// Reads a `config.json` as Hugging Face transformers writes it for Llama models, with its defaults.
  ///
  /// Refused by name: biases, activations other than SiLU, scaled or partial rotary embedding, sliding windows,
  /// quantized weights, other model types.
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
    try self.init(
      vocabularySize: fields.required("vocab_size"),
      hiddenSize: fields.required("hidden_size"),
      intermediateSize: fields.required("intermediate_size"),
      layerCount: fields.required("num_hidden_layers"),
      headCount: fields.required("num_attention_heads"),
      keyValueHeadCount: fields.integer("num_key_value_heads"),
      headSize: fields.integer("head_dim"),
      ropeTheta: Self.ropeTheta(fields),
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
    try refusePartialRotary(fields)
  }

  private static func refusePartialRotary(_ fields: ModelConfigurationFields) throws(ModelConfigurationError)
  {
    let field = "partial_rotary_factor"
    guard let factor = try fields.number(field), factor != 1 else { return }
    throw .unsupported(field: fields.prefix + field, value: "\(factor)", supported: "1")
  }

  /// `rope_theta`, at the top or in `rope_parameters` (newer files); any scaling of the frequencies is refused.
  private static func ropeTheta(_ fields: ModelConfigurationFields) throws(ModelConfigurationError) -> Double
  {
    var theta = try fields.number("rope_theta")
    for name in ["rope_parameters", "rope_scaling"] {
      guard let rope = try fields.object(name) else { continue }
      try rope.only("rope_type", ["default"])
      try rope.only("type", ["default"])
      try refusePartialRotary(rope)
      for key in rope.members.keys.sorted() where !Self.plainRopeFields.contains(key) && rope[key] != nil {
        throw .unsupported(
          field: "\(name).\(key.prefix(80))", value: rope[key]?.summary ?? "null", supported: "no such field")
      }
      guard let inner = try rope.number("rope_theta") else { continue }
      guard theta == nil || theta == inner else {
        throw .outOfRange(
          field: "\(name).rope_theta", value: "\(inner)", allowed: "rope_theta = \(theta ?? 0)")
      }
      theta = inner
    }
    return theta ?? 10_000
  }

  /// Fields of rotary parameters that leave the frequencies alone.
  private static let plainRopeFields: Set = ["rope_type", "type", "rope_theta", "partial_rotary_factor"]
}
