import ShaderInterface

extension CommandList {
  /// The greatest logit of each row, ties to the lowest token. Exact: logits are compared as they are.
  ///
  /// - Parameters:
  ///   - logits: f32 `[rows][vocabulary]`.
  ///   - out: u32 `[rows][2]`: token, status (`STATUS_NOT_FINITE` names a row with NaN or +infinity).
  ///   - lanes: of a work group, 4, 8 ... 256; nil suits the device and no choice changes a bit.
  public func argmax(
    _ logits: Tensor<Float>, out: Tensor<UInt32>, rows: Int, vocabulary: Int, lanes: Int? = nil
  ) {
    call(.argmax) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary)
      try requireVocabulary(vocabulary)
      try require(logits, rows * vocabulary, "logits")
      try require(out, rows * 2, "out")
      let p = ShaderInterface.Argmax(rows: UInt32(rows), vocabulary: UInt32(vocabulary))
      return Invocation(
        kernel, p, [.read(logits), .write(out)], groups: (rows, 1),
        specialization: try rowLanes(lanes, vocabulary, passes: 1))
    }
  }
}
