import ShaderInterface

extension CommandList {
  /// The `count` greatest logits of each row, best first, ties to the lowest token. Exact.
  ///
  /// A router's experts are the best `count` of its logits, and their weights the `softmax` of the values.
  /// - Parameters:
  ///   - logits: f32 `[rows][vocabulary]`.
  ///   - out: u32 `[rows][count]`.
  ///   - count: at most 256.
  ///   - values: f32 `[rows][count]`: the logits of these tokens, NaN as -infinity, -0 as +0, and -infinity where there
  ///     is no token; nil leaves them out.
  ///   - lanes: of a work group, 4, 8 ... 256; nil suits the device and no choice changes a bit.
  public func topTokens(
    _ logits: Tensor<Float>, out: Tensor<UInt32>, values: Tensor<Float>? = nil, rows: Int, vocabulary: Int,
    count: Int, lanes: Int? = nil
  ) {
    call(.topTokens) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary, count)
      try requireVocabulary(vocabulary)
      try require((1...256).contains(count), "\(count) tokens a row; 1 to 256 are possible")
      try require(logits, rows * vocabulary, "logits")
      try require(out, rows * count, "out")
      if let values { try require(values, rows * count, "values") }
      let p = ShaderInterface.TopTokens(
        rows: UInt32(rows), vocabulary: UInt32(vocabulary), count: UInt32(count),
        hasValues: values == nil ? 0 : 1)
      return Invocation(
        kernel, p, [.read(logits), .write(out), values.map { .write($0) } ?? .standIn(out)],
        groups: (rows, 1), specialization: try rowLanes(lanes, vocabulary, passes: 14))
    }
  }
}
