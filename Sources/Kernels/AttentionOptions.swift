import ShaderInterface

/// The rarer parts of an attention pattern.
public struct AttentionOptions: Sendable {
  /// Positions that a row reaches back, its own included (sliding window); 0 for all. Needs depths.
  public var window: Int
  /// Scores are held within -softCap...softCap by softCap * tanh(score / softCap) (Gemma 2); 0 for none.
  public var softCap: Float
  /// Cross-attention: rows see the committed slots alone. The state is then that of the fixed context; with a batch its
  /// nodes and first nodes are those of the rows.
  public var isCross: Bool
  /// Keys a lane scores, 1, 2, 4 or 8; nil takes what suits the device, which may be another shader. It changes no
  /// bits.
  public var keysPerLane: Int?
  /// Rows that share the loaded keys of a group, 1, 2, 4 or 8; nil takes what suits the call. It changes no bits, and
  /// matters only where keys are shared by shuffles.
  public var rowsPerGroup: Int?

  /// Plain attention unless said otherwise.
  public init(
    window: Int = 0, softCap: Float = 0, isCross: Bool = false, keysPerLane: Int? = nil,
    rowsPerGroup: Int? = nil
  ) {
    self.window = window
    self.softCap = softCap
    self.isCross = isCross
    self.keysPerLane = keysPerLane
    self.rowsPerGroup = rowsPerGroup
  }

  func check() throws(Refusal) {
    try requireSizes(window, keysPerLane ?? 0, rowsPerGroup ?? 0)
    try require(window == 0 || !isCross, "a window of \(window) in cross-attention")
    // Its reciprocal has to be normal.
    try require(softCap == 0 || (0x1p-60...0x1p60).contains(softCap), "a soft-cap of \(softCap)")
    try require(
      keysPerLane.map { [1, 2, 4, 8].contains($0) } ?? true,
      "\(keysPerLane ?? 0) keys a lane; 1, 2, 4 or 8 are built")
    try require(
      rowsPerGroup.map { [1, 2, 4, 8].contains($0) } ?? true,
      "\(rowsPerGroup ?? 0) rows a group; 1, 2, 4 or 8 are built")
  }
}

/// Memory that lets the keys of a long context spread over many groups; it changes no bits.
///
/// Pays where rows times heads leave a device idle: few rows, thousands of keys; GPUs split such calls by themselves.
/// Costs llvmpipe a tenth or so, and takes contexts there that are too long for one group.
public struct AttentionSplit: Sendable {
  /// f32, ``count(rows:heads:headSize:capacity:)`` elements of scratch.
  public let parts: Tensor<Float>
  /// Spans of 256 keys that one group takes.
  public let spansPerGroup: Int

  /// Memory of the caller's, at least ``count(rows:heads:headSize:capacity:)`` elements.
  public init(parts: Tensor<Float>, spansPerGroup: Int = 1) {
    self.parts = parts
    self.spansPerGroup = spansPerGroup
  }

  /// Elements of scratch for a cache of ``KeyValueCache/capacity``; `Int.max`, which no memory has, for a size below 0 and for
  /// counts beyond `Int`.
  public static func count(rows: Int, heads: Int, headSize: Int, capacity: Int) -> Int {
    SizeArithmetic.product(
      rows, heads, spans(capacity: capacity), SizeArithmetic.sum(headSize, Int(PART_WORDS)))
  }

  static func spans(capacity: Int) -> Int {
    SizeArithmetic.groups(of: Int(ATTENTION_SPAN * ATTENTION_CHUNK), holding: capacity)
  }
}
