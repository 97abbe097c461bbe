import ShaderInterface

extension CommandList {
  /// The target's own token at each tree node, drawn with the key (seed, absolute position, stream), so it does not
  /// depend on the tree.
  ///
  /// Exact: the lowest token whose running sum of weights exceeds an integer that is uniform below the total.
  /// - Parameters:
  ///   - rows: a distribution row for each packed node, `[count][vocabulary]`.
  ///   - depths: u32 `[count]`.
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - out: u32 `[count][2]`: token, status.
  ///   - batch: the sequences of the rows; nil for one sequence.
  ///   - stream: of random numbers, 0 to 2^32 - 1. Draws at one position are independent if their streams differ, and
  ///     share their number if not; 0 is what plain decoding draws with.
  ///   - lanes: of a work group, 4, 8 ... 256; nil suits the device and no choice changes a bit.
  public func drawTarget(
    _ rows: DistributionRows, depths: Tensor<UInt32>, state: Tensor<UInt32>, out: Tensor<UInt32>, count: Int,
    batch: SequenceBatch? = nil, stream: Int = 0, lanes: Int? = nil
  ) {
    call(.drawTarget) { kernel throws(Refusal) in
      try requireSizes(count)
      try requireStream(stream)
      try rows.check(rows: count, "target")
      try batch.check(state: state, rows: count)
      try require(depths, count, "depths")
      try require(out, count * 2, "out")
      let p = ShaderInterface.DrawTarget(
        rows: UInt32(count), vocabulary: UInt32(rows.vocabulary), sequences: UInt32(batch.sequences),
        stream: UInt32(stream))
      return Invocation(
        kernel, p,
        [
          .read(rows.weights), .read(rows.totals), .read(depths), .read(state),
          .read(batch.owners(or: state)),
          .write(out),
        ],
        groups: (count, 1), specialization: try rowLanes(lanes, rows.vocabulary, passes: 2))
    }
  }
}
