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
  ///   - depths: u32 `[rows]`.  - state: u32 `[sequences][STATE_WORDS]`.
  ///   - out: u32 `[rows][2]`: token, status.
  ///   - batch: the sequences of the rows; nil for one sequence.
  ///   - stream: of random numbers, as `drawTarget` has it.
  ///   - lanes: of a work group, 4, 8 ... 256; nil suits the device and no choice changes a bit.
  public func drawLogits(
    _ logits: Tensor<Float>, warp: Warp, depths: Tensor<UInt32>, state: Tensor<UInt32>, out: Tensor<UInt32>,
    rows: Int, vocabulary: Int, batch: SequenceBatch? = nil, stream: Int = 0, lanes: Int? = nil
  ) {
    call(.drawLogits) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary)
      try requireVocabulary(vocabulary)
      try requireStream(stream)
      try warp.check()
      try require(
        warp.topK == nil && warp.topP == nil && warp.typicalP == nil,
        "top-k, top-p or typical-p, which need a distribution")
      try batch.check(state: state, rows: rows)
      try require(logits, rows * vocabulary, "logits")
      try require(depths, rows, "depths")
      try require(out, rows * 2, "out")
      let p = ShaderInterface.DrawLogits(
        rows: UInt32(rows), vocabulary: UInt32(vocabulary), sequences: UInt32(batch.sequences),
        inverseTemperature: Float(1 / warp.temperature), leastWeight: warp.leastWeight,
        stream: UInt32(stream))
      return Invocation(
        kernel, p, [.read(logits), .read(depths), .read(state), .read(batch.owners(or: state)), .write(out)],
        groups: (rows, 1), specialization: try rowLanes(lanes, vocabulary, passes: 8))
    }
  }
}
