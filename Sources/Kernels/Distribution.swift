import Foundation
import ShaderInterface

/// How logits become a distribution.
public struct Warp: Sendable, Hashable {
  /// Above 0, 1e-6 to 1e19: 0 is no distribution. ``greedy`` stands for it where other rows of a batch are drawn.
  public var temperature: Double
  /// Keep this many tokens, at most 2^20; nil, 0 and all from the vocabulary's size on keep all. Of tokens with equal
  /// weights, as those of near logits are, the lowest are kept.
  public var topK: Int?
  /// Keep the shortest prefix of this share, in 0...1; 0 keeps the likeliest token alone, of several with the greatest
  /// weight the lowest; 1 and nil keep all.
  public var topP: Double?
  /// Keep tokens of at least this share of the likeliest token's probability, in 0...1; nil keeps all.
  ///
  /// Taken after the temperature and before `topK` (Nguyen et al., 2024). A token of exactly this share stays: the bound
  /// is less by a weight's error, 2^-21 + |log minP| 2^-22 of itself.
  public var minP: Double?

  /// Keep the tokens of this share, in 0...1, whose information is nearest to the entropy; 0 keeps the nearest token
  /// alone, 1 and nil keep all.
  ///
  /// Taken last (locally typical sampling: Meister et al., 2023).
  public var typicalP: Double?

  /// The softmax at `temperature`, cut as said.
  public init(
    temperature: Double = 1, topK: Int? = nil, topP: Double? = nil, minP: Double? = nil,
    typicalP: Double? = nil
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.typicalP = typicalP
  }

  /// What makes a row of a batch greedy whose other rows are drawn: temperature 1e-6, and the likeliest token alone.
  ///
  /// Its token is that of `argmax` where the best logits differ by more than 2^-44, as different ones do whose magnitude
  /// is above 2^-20; of nearer ones it is the lowest. A top-k of 1, or a top-p of 0, at an ordinary temperature differs
  /// from `argmax` more often, since it compares weights, which are multiples of 2^-30 of the greatest. The warp selects,
  /// so it needs `distribution` and `drawTarget`; by `drawLogits`, at temperature 1e-6 alone, near ties are drawn. Rows
  /// that are all greedy take `argmax`.
  public static let greedy = Warp(temperature: 1e-6, topK: 1)

  func check() throws(Refusal) {
    try require(
      (1e-6...1e19).contains(temperature),
      "temperature \(temperature), 1e-6 to 1e19 are possible; 0 is greedy decoding: argmax, or Warp.greedy")
    try requireSizes(topK ?? 0)
    try require((0...1).contains(topP ?? 0), "top-p \(topP ?? 0), 0 to 1 are possible")
    try require((0...1).contains(typicalP ?? 0), "typical-p \(typicalP ?? 0), 0 to 1 are possible")
    try require((0...1).contains(minP ?? 0), "min-p \(minP ?? 0), 0 to 1 are possible")
  }

  /// For `distribution` with parameters for each row: u32 `[WARP_WORDS]`.
  ///
  /// Shares out of range count as the nearest that is possible; of a temperature out of range the row's status tells.
  public var words: [UInt32] {
    [
      Float(1 / temperature).bitPattern, UInt32(clamping: topK ?? 0), Self.units(topP), leastWeight,
      Self.units(typicalP),
    ]
  }

  /// Whether it drops tokens by top-k, top-p or typical-p.
  var selects: Bool { words[1] | words[2] | words[4] != 0 }

  /// How many words a warp has.
  public static let wordCount = Int(WARP_WORDS)

  /// How often `distribution` may walk a row: thrice; for a small top-k with what follows it twelve times, otherwise
  /// nine times for each selection.
  func passes(_ vocabulary: Int) -> Int {
    if let topK, topK > 0, topK < min(vocabulary, 257) { return 15 }
    return 3 + [topK != nil, topP != nil, typicalP != nil].count { $0 } * 9
  }

  /// Below min-p by the error of a weight at that distance from the greatest, so that no token on the threshold is lost.
  var leastWeight: UInt32 {
    guard let minP, minP > 0 else { return 0 }
    let share = min(minP, 1)
    let error = 0x1p-21 + abs(log(share)) * 0x1p-22
    return UInt32((share * (1 - error) * Double(WEIGHT_SCALE)).rounded(.down))
  }

  /// A share in units of 2^-32; 0 for all.
  static func units(_ share: Double?) -> UInt32 {
    guard let share, share < 1 else { return 0 }
    return UInt32(min(max(1, share * 4_294_967_296), 4_294_967_295))
  }
}

/// A temperature for all rows or, in `warps`, one for each; gives what its kernel multiplies logits with.
func inverseTemperature(
  _ temperature: Double, warps: Tensor<UInt32>?, rows: Int
) throws(Refusal) -> Float {
  try Warp(temperature: temperature).check()
  if let warps { try require(warps, rows * Warp.wordCount, "warps") }
  return Float(1 / temperature)
}

/// Tells a shader whether any temperature is not 1.
func temperatureConstants(_ temperature: Double, warps: Tensor<UInt32>?) -> [UInt32] {
  [temperature == 1 && warps == nil ? 0 : 1]
}

/// Rows of integer weights with exact totals: a probability is weight / total.
public struct DistributionRows: Sendable {
  /// u32 `[rows][vocabulary]`
  public let weights: Tensor<UInt32>
  /// u32 `[rows][2]`: total (below 2^31), status
  public let totals: Tensor<UInt32>
  /// Weights of a row.
  public let vocabulary: Int

  /// Memory of the caller's.
  public init(weights: Tensor<UInt32>, totals: Tensor<UInt32>, vocabulary: Int) {
    self.weights = weights
    self.totals = totals
    self.vocabulary = vocabulary
  }

  /// Rows that both tensors hold.
  var rows: Int { min(totals.count / 2, weights.count / vocabulary) }

  func check(rows: Int, _ name: String) throws(Refusal) {
    try requireSizes(rows)
    try requireVocabulary(vocabulary)
    try require(weights, rows * vocabulary, name + " weights")
    try require(totals, rows * 2, name + " totals")
  }

  /// Memory for `rows` rows, zeroed: rows whose total is 0.
  public init(backend: any Backend, rows: Int, vocabulary: Int, label: String) throws(BackendError) {
    try checkSizes(of: "DistributionRows") { () throws(Refusal) in try requireSizes(rows, vocabulary) }
    self.init(
      weights: try backend.makeTensor(rows * vocabulary, label + " weights"),
      totals: try backend.makeTensor(rows * 2, label + " totals"), vocabulary: vocabulary)
  }
}

extension CommandList {
  /// Softmax with temperature, min-p, top-k (Fan et al., 2018), top-p (Holtzman et al., 2020) and typical-p into
  /// integer weights with an exact total; sums are of integers, in any order.
  ///
  /// Before top-p, a weight is within 2^s + w (2^-21 + |x| 2^-22) of w = 2^30 exp(x), x the distance from the greatest
  /// logit over the temperature and 2^s what its total is scaled down by; typical-p compares logarithms to 2^-20.
  /// - Parameters:
  ///   - logits: f32 `[rows][out.vocabulary]`.
  ///   - lanes: of a work group, 4, 8 ... 256; nil suits the device and no choice changes a bit.
  public func distribution(
    _ logits: Tensor<Float>, warp: Warp, out: DistributionRows, rows: Int, lanes: Int? = nil
  ) {
    call(.distribution) { kernel throws(Refusal) in
      try warp.check()
      return try distribution(kernel, logits, warp, warps: nil, out: out, rows: rows, lanes: lanes)
    }
  }

  /// The same with a warp for each row, as requests of a batch have them; the device may have written it.
  ///
  /// A row whose inverse temperature is not in 2^-64...2^20 gets `STATUS_NOT_FINITE`.
  /// - Parameters:
  ///   - logits: f32 `[rows][out.vocabulary]`.
  ///   - warps: u32 `[rows][WARP_WORDS]`, ``Warp/words`` of each row.
  ///   - lanes: of a work group, 4, 8 ... 256; nil suits the device and no choice changes a bit.
  public func distribution(
    _ logits: Tensor<Float>, warps: Tensor<UInt32>, out: DistributionRows, rows: Int, lanes: Int? = nil
  ) {
    call(.distribution) { kernel throws(Refusal) in
      let most = Warp(topK: .max, topP: 0.5, typicalP: 0.5)  // selects as often as one can
      return try distribution(kernel, logits, most, warps: warps, out: out, rows: rows, lanes: lanes)
    }
  }

  private func distribution(
    _ kernel: Kernel, _ logits: Tensor<Float>, _ warp: Warp, warps: Tensor<UInt32>?, out: DistributionRows,
    rows: Int, lanes: Int?
  ) throws(Refusal) -> Invocation {
    try requireSizes(rows)
    try out.check(rows: rows, "out")
    try require(logits, rows * out.vocabulary, "logits")
    if let warps { try require(warps, rows * Warp.wordCount, "warps") }
    let words = warp.words
    let p = ShaderInterface.Distribution(
      rows: UInt32(rows), vocabulary: UInt32(out.vocabulary),
      inverseTemperature: Float(bitPattern: words[0]), topK: words[1], topP: words[2], leastWeight: words[3],
      typicalP: words[4], rowWarps: warps == nil ? 0 : 1)
    return Invocation(
      kernel, p,
      [.read(logits), .write(out.weights), .write(out.totals), warps.map { .read($0) } ?? .read(logits)],
      groups: (rows, 1),
      specialization: try rowLanes(lanes, out.vocabulary, passes: warp.passes(out.vocabulary)))
  }
}
