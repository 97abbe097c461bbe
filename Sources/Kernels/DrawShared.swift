import ShaderInterface

extension CommandList {
  /// A draw from the softmax of `a` and one from its geometric mixture with `b`, under the same noise, so that they
  /// mostly agree (adaptive parallel decoding: Israel et al., 2025).
  ///
  /// argmax(y + g) and argmax(ratio * y + (1 - ratio) * z + g) with y and z the logits over the temperature and g the
  /// Gumbel noise of (seed, position, token, stream). The laws are those of fp32 keys, close to the softmaxes', not equal: the
  /// noise is within 2^-22 and 2^-23 of itself, a key besides within 5 * 2^-24 of the magnitudes that are mixed and
  /// 2^-24 of itself.
  /// - Parameters:
  ///   - a: f32 `[rows][vocabulary]`, the draft's logits.
  ///   - b: f32 `[rows][vocabulary]`.
  ///   - temperature: of all rows, above 0.
  ///   - warps: u32 `[rows][WARP_WORDS]`, as `distribution` takes them, whose temperatures count in place of
  ///     `temperature`; nil: one for all rows.
  ///   - ratio: 0 to 1, the share of `a`.
  ///   - depths: u32 `[rows]`.
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - out: u32 `[rows][4]`: token and status of the first draw, then of the second, which `verifyMatch` takes as picks
  ///     with a stride of 4 and an offset of 2. A token that either bans is not drawn second.
  ///   - batch: the sequences of the rows; nil for one sequence.
  ///   - stream: of noise, 0 to 2^32 - 1: noise of another stream is independent.
  ///   - lanes: of a work group, 4, 8 ... 256; nil suits the device and no choice changes a bit.
  public func drawShared(
    _ a: Tensor<Float>, _ b: Tensor<Float>, temperature: Double = 1, warps: Tensor<UInt32>? = nil,
    ratio: Double, depths: Tensor<UInt32>, state: Tensor<UInt32>, out: Tensor<UInt32>, rows: Int,
    vocabulary: Int, batch: SequenceBatch? = nil, stream: Int = 0, lanes: Int? = nil
  ) {
    call(.drawShared) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary)
      try requireVocabulary(vocabulary)
      try requireStream(stream)
      try require((0...1).contains(ratio), "ratio \(ratio), 0 to 1 are possible")
      try batch.check(state: state, rows: rows)
      try require(a, rows * vocabulary, "a")
      try require(b, rows * vocabulary, "b")
      try require(depths, rows, "depths")
      try require(out, rows * 4, "out")
      let p = ShaderInterface.DrawShared(
        rows: UInt32(rows), vocabulary: UInt32(vocabulary), sequences: UInt32(batch.sequences),
        inverseTemperature: try inverseTemperature(temperature, warps: warps, rows: rows),
        ratio: Float(ratio), rest: Float(1 - ratio), stream: UInt32(stream), rowWarps: warps == nil ? 0 : 1)
      return Invocation(
        kernel, p,
        [
          .read(a), .read(b), .read(depths), .read(state), .read(batch.owners(or: state)), .write(out),
          .read(warps ?? state),
        ],
        groups: (rows, 1), specialization: try rowLanes(lanes, vocabulary, passes: 1))
    }
  }
}
