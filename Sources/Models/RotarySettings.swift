/// The rotary embedding of a `config.json`: base and scaling of its frequencies.
struct RotarySettings {
  var theta = 10_000.0
  var scaling = RotaryScaling.none

  /// `rope_theta`, at the top or in `rope_parameters` (newer files), and the scaling of `rope_parameters` or
  /// `rope_scaling`. Unknown fields of either are refused: they would change the frequencies.
  init(_ fields: ModelConfigurationFields) throws(ModelConfigurationError) {
    var theta = try fields.number("rope_theta")
    for name in ["rope_parameters", "rope_scaling"] {
      guard let rope = try fields.object(name) else { continue }
      let found = try Self.scaling(rope, fields)
      guard scaling == .none || found == .none || scaling == found else {
        throw .outOfRange(field: name, value: "\(found)", allowed: "the scaling of rope_parameters")
      }
      if found != .none { scaling = found }
      guard let inner = try rope.number("rope_theta") else { continue }
      guard theta == nil || theta == inner else {
        throw .outOfRange(
          field: "\(name).rope_theta", value: "\(inner)", allowed: "rope_theta = \(theta ?? 0)")
      }
      theta = inner
    }
    self.theta = theta ?? self.theta
  }

  static func refusePartial(_ fields: ModelConfigurationFields) throws(ModelConfigurationError) {
    let field = "partial_rotary_factor"
    guard let factor = try fields.number(field), factor != 1 else { return }
    throw .unsupported(field: fields.prefix + field, value: "\(factor)", supported: "1")
  }

  /// Fields that each type of scaling reads, beside those that leave the frequencies alone.
  private static let fieldsOfType: [String: Set<String>] = [
    "default": [],
    "linear": ["factor"],
    "llama3": ["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"],
    "yarn": ["factor", "original_max_position_embeddings", "beta_fast", "beta_slow", "attention_factor"],
  ]
  private static let plainFields: Set = ["rope_type", "type", "rope_theta", "partial_rotary_factor"]

  private static func scaling(
    _ rope: ModelConfigurationFields, _ fields: ModelConfigurationFields
  ) throws(ModelConfigurationError) -> RotaryScaling {
    try rope.only("rope_type", fieldsOfType.keys.sorted())
    try rope.only("type", fieldsOfType.keys.sorted())
    try refusePartial(rope)
    let older = try rope.string("type")
    let type = try rope.string("rope_type") ?? older ?? "default"
    let known = plainFields.union(fieldsOfType[type] ?? [])
    for key in rope.members.keys.sorted() where !known.contains(key) && rope[key] != nil {
      throw .unsupported(
        field: "\(rope.prefix)\(key.prefix(80))", value: rope[key]?.summary ?? "null",
        supported: "no such field")
    }
    func required(_ field: String) throws(ModelConfigurationError) -> Double {
      guard let number = try rope.number(field) else { throw .missing(field: rope.prefix + field) }
      return number
    }
    switch type {
    case "linear": return .linear(factor: try required("factor"))
    case "llama3":
      return .llama3(
        factor: try required("factor"), lowFrequencyFactor: try required("low_freq_factor"),
        highFrequencyFactor: try required("high_freq_factor"),
        originalPositions: try rope.required("original_max_position_embeddings"))
    case "yarn":
      let trained = try fields.integer("max_position_embeddings") ?? 2_048
      let fast = try rope.number("beta_fast") ?? 32
      let slow = try rope.number("beta_slow") ?? 1
      return .yarn(
        factor: try required("factor"),
        originalPositions: try rope.integer("original_max_position_embeddings") ?? trained,
        fast: fast, slow: slow, attentionFactor: try rope.number("attention_factor"))
    default: return .none
    }
  }
}

extension RotaryScaling {
  static func check(base: Double) throws(ModelConfigurationError) {
    guard base >= 1, base <= 1e12 else {
      throw .outOfRange(field: "rope_theta", value: "\(base)", allowed: "1...1e12")
    }
  }

  /// Throws unless every value is in range for heads of `headSize` and base `theta`; names fields as `config.json`
  /// does.
  func check(headSize: Int, theta: Double) throws(ModelConfigurationError) {
    func check(_ field: String, _ value: Double, _ isAllowed: Bool, _ allowed: String)
      throws(ModelConfigurationError)
    {
      if !isAllowed { throw .outOfRange(field: "rope_scaling.\(field)", value: "\(value)", allowed: allowed) }
    }
    func check(factor: Double) throws(ModelConfigurationError) {
      try check("factor", factor, factor >= 1 && factor <= 1e6, "1...1e6")
    }
    func check(originalPositions: Int) throws(ModelConfigurationError) {
      try check(
        "original_max_position_embeddings", Double(originalPositions),
        (1...16_777_216).contains(originalPositions), "1...16777216")
    }
    switch self {
    case .none: return
    case .linear(let factor): try check(factor: factor)
    case .ntk(let factor):
      try check(factor: factor)
      try check("head_dim", Double(headSize), headSize > 2, "above 2")
    case .llama3(let factor, let low, let high, let original):
      try check(factor: factor)
      try check(originalPositions: original)
      try check("low_freq_factor", low, low > 0 && low <= 1e6, "above 0, to 1e6")
      try check("high_freq_factor", high, high > low && high <= 1e6, "above low_freq_factor = \(low), to 1e6")
    case .yarn(let factor, let original, let fast, let slow, let attention):
      try check(factor: factor)
      try check(originalPositions: original)
      try check("beta_slow", slow, slow > 0 && slow <= 1e6, "above 0, to 1e6")
      try check("beta_fast", fast, fast > slow && fast <= 1e6, "above beta_slow = \(slow), to 1e6")
      if let attention {
        try check("attention_factor", attention, attention > 0 && attention <= 1e3, "above 0, to 1e3")
      }
      guard theta > 1 else {
        throw .outOfRange(field: "rope_theta", value: "\(theta)", allowed: "above 1, with yarn")
      }
    }
  }
}
