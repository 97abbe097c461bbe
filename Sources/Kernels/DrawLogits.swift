import ShaderInterface

extension CommandList {
  /// The token that `distribution` and `drawTarget` give, bit for bit, without writing a distribution; so the law's
  /// error is that of `distribution`, and the draw is exact.
  ///
  /// Reads the logits once, then again those before the greatest one, as far as they weigh anything, and the neighbours
  /// of the drawn token: one and a half passes if the greatest logit may be anywhere.
  /// - Parameters:
  ///   - logits: f32 `[rows][vocabulary]`.
  ///   - warp: temperature and min-p alone; top-k, top-p and typical-p need `distribution`.
  ///   - depths: u32 `[rows]`.
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - out: u32 `[rows][2]`: token, status.
  ///   - batch: the sequences of the rows; nil for one sequence.
  ///   - stream: of random numbers, as `drawTarget` has it.
  ///   - lanes: of a work group, 4, 8 ... 256; nil suits the device and no choice changes a bit.
  public func drawLogits(
    _ logits: Tensor<Float>, warp: Warp, depths: Tensor<UInt32>, state: Tensor<UInt32>, out: Tensor<UInt32>,
    rows: Int, vocabulary: Int, batch: SequenceBatch? = nil, stream: Int = 0, lanes: Int? = nil
  ) {
    call(.drawLogits) { kernel throws(Refusal) in
      try warp.check()
      try require(!warp.selects, "top-k, top-p or typical-p, which need a distribution")
      return try drawLogits(
        kernel, logits, warp, warps: nil, depths: depths, state: state, out: out, rows: rows,
        vocabulary: vocabulary, batch: batch, stream: stream, lanes: lanes)
    }
  }

  /// The same with a warp for each row, as requests of a batch have them; the device may have written it.
  ///
  /// A row whose inverse temperature is not in 2^-64...2^20 gets `STATUS_NOT_FINITE` | `STATUS_EMPTY_ROW`, one with a
  /// top-k, top-p or typical-p `STATUS_SELECTIVE_WARP`; its token is 0.
  /// - Parameters:
  ///   - logits: f32 `[rows][vocabulary]`.
  ///   - warps: u32 `[rows][WARP_WORDS]`, ``Warp/words`` of each row: temperature and min-p alone.
  ///   - depths: u32 `[rows]`.
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - out: u32 `[rows][2]`: token, status.
  ///   - batch: the sequences of the rows; nil for one sequence.
  ///   - stream: of random numbers, as `drawTarget` has it.
  ///   - lanes: of a work group, 4, 8 ... 256; nil suits the device and no choice changes a bit.
  public func drawLogits(
    _ logits: Tensor<Float>, warps: Tensor<UInt32>, depths: Tensor<UInt32>, state: Tensor<UInt32>,
    out: Tensor<UInt32>, rows: Int, vocabulary: Int, batch: SequenceBatch? = nil, stream: Int = 0,
    lanes: Int? = nil
  ) {
    call(.drawLogits) { kernel throws(Refusal) in
      try drawLogits(
        kernel, logits, Warp(), warps: warps, depths: depths, state: state, out: out, rows: rows,
        vocabulary: vocabulary, batch: batch, stream: stream, lanes: lanes)
    }
  }

  private func drawLogits(
    _ kernel: Kernel, _ logits: Tensor<Float>, _ warp: Warp, warps: Tensor<UInt32>?, depths: Tensor<UInt32>,
    state: Tensor<UInt32>, out: Tensor<UInt32>, rows: Int, vocabulary: Int, batch: SequenceBatch?,
    stream: Int, lanes: Int?
  ) throws(Refusal) -> Invocation {
    try requireSizes(rows, vocabulary)
    try requireVocabulary(vocabulary)
    try requireStream(stream)
    try batch.check(state: state, rows: rows)
    try require(logits, rows * vocabulary, "logits")
    try require(depths, rows, "depths")
    try require(out, rows * 2, "out")
    if let warps { try require(warps, rows * Warp.wordCount, "warps") }
    let p = ShaderInterface.DrawLogits(
      rows: UInt32(rows), vocabulary: UInt32(vocabulary), sequences: UInt32(batch.sequences),
      inverseTemperature: Float(1 / warp.temperature), leastWeight: warp.leastWeight,
      stream: UInt32(stream), rowWarps: warps == nil ? 0 : 1)
    return Invocation(
      kernel, p,
      [
        .read(logits), .read(depths), .read(state), .read(batch.owners(or: state)), .write(out),
        .read(warps ?? state),
      ],
      groups: (rows, 1), specialization: try rowLanes(lanes, vocabulary, passes: 8))
  }
}
