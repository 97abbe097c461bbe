import ShaderInterface

extension CommandList {
  /// The greatest logit of each row, ties to the lowest token.
  ///
  /// - Parameters: - logits: f32 `[rows][vocabulary]`.
  ///   - out: u32 `[rows][2]`: token, status (`STATUS_NOT_FINITE` names a row with NaN or +infinity).
  public func argmax(_ logits: Tensor<Float>, out: Tensor<UInt32>, rows: Int, vocabulary: Int) {
    call(.argmax) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary)
      try requireVocabulary(vocabulary)
      try require(logits, rows * vocabulary, "logits")
      try require(out, rows * 2, "out")
      let p = ShaderInterface.Argmax(rows: UInt32(rows), vocabulary: UInt32(vocabulary))
      return Invocation(kernel, p, [.read(logits), .write(out)], groups: (rows, 1))
    }
  }
}
