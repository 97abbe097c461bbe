import ShaderInterface

/// How logits become a distribution.
public struct Warp: Sendable, Hashable {
  /// Above 0.
  public var temperature: Double
  /// Keep this many tokens; nil keeps all.
  public var topK: Int?
  /// Keep the shortest prefix of this share, in 0..<1; nil keeps all.
  public var topP: Double?
  /// Keep tokens of at least this share of the likeliest token's probability, in 0...1; nil keeps all.
  ///
  /// Taken after the temperature and before `topK` (Nguyen et al., 2024).
  public var minP: Double?

  public init(temperature: Double = 1, topK: Int? = nil, topP: Double? = nil, minP: Double? = nil) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
  }

  func check() throws(Refusal) {
    try require(
      temperature >= 1e-6 && temperature.isFinite,
      "temperature \(temperature), at least 1e-6 is possible; 0 is greedy decoding, not a distribution")
    try requireSizes(topK ?? 0)
    try require((0...1).contains(topP ?? 0), "top-p \(topP ?? 0), 0 to 1 are possible")
    try require((0...1).contains(minP ?? 0), "min-p \(minP ?? 0), 0 to 1 are possible")
  }

  var leastWeight: UInt32 { UInt32((min(max(0, minP ?? 0), 1) * Double(WEIGHT_SCALE)).rounded(.up)) }

  var topPShare: UInt32 {
    guard let topP, topP < 1 else { return 0 }
    return UInt32(min(max(1, topP * 4_294_967_296), 4_294_967_295))
  }
}

/// Rows of integer weights with exact totals: a probability is weight / total.
public struct DistributionRows: Sendable {
  /// u32 `[rows][vocabulary]`
  public let weights: Tensor<UInt32>
  /// u32 `[rows][2]`: total (below 2^31), status
  public let totals: Tensor<UInt32>
  public let vocabulary: Int

  public init(weights: Tensor<UInt32>, totals: Tensor<UInt32>, vocabulary: Int) {
    self.weights = weights
    self.totals = totals
    self.vocabulary = vocabulary
  }

  func check(rows: Int, _ name: String) throws(Refusal) {
    try requireSizes(rows)
    try requireVocabulary(vocabulary)
    try require(weights, rows * vocabulary, name + " weights")
    try require(totals, rows * 2, name + " totals")
  }

  public init(backend: any Backend, rows: Int, vocabulary: Int, label: String) throws(BackendError) {
    self.init(
      weights: try backend.makeTensor(rows * vocabulary, label + " weights"),
      totals: try backend.makeTensor(rows * 2, label + " totals"), vocabulary: vocabulary)
  }
}

extension CommandList {
  /// Softmax with temperature, min-p, top-k and top-p into integer weights with an exact total.
  ///
  /// - Parameter logits: f32 `[rows][out.vocabulary]`.
  public func distribution(_ logits: Tensor<Float>, warp: Warp, out: DistributionRows, rows: Int) {
    call(.distribution) { kernel throws(Refusal) in
      try requireSizes(rows)
      try warp.check()
      try out.check(rows: rows, "out")
      try require(logits, rows * out.vocabulary, "logits")
      let p = ShaderInterface.Distribution(
        rows: UInt32(rows), vocabulary: UInt32(out.vocabulary),
        inverseTemperature: Float(1 / warp.temperature),
        topK: UInt32(warp.topK ?? 0), topP: warp.topPShare,
        leastWeight: warp.leastWeight)
      return Invocation(
        kernel, p, [.read(logits), .write(out.weights), .write(out.totals)], groups: (rows, 1))
    }
  }
}
