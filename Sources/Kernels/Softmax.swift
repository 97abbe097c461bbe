import ShaderInterface

extension CommandList {
  /// The softmax of each row, as floats: a router's weights of its experts, or the weights of soft tokens.
  ///
  /// Error: (112 + columns / 256 + 2 |z|) 2^-24 of a probability, z the logit over the temperature that is farthest from
  /// 0, and 2^-significantBits; 2^-63. `distribution` gives the law that draws and verifiers take, in integers with an
  /// exact total.
  /// - Parameters:
  ///   - x: f32 `[rows][columns]`, logits; -infinity gives +0.
  ///   - out: f32 `[rows][columns]`, may be `x`; NaN in a row with a status.
  ///   - status: u32 `[rows]`, that of `argmax` for the logits over the temperature.
  ///   - columns: at most 262,144.
  public func softmax(
    _ x: Tensor<Float>, out: Tensor<Float>, status: Tensor<UInt32>, rows: Int, columns: Int,
    temperature: Double = 1, significantBits: UInt32 = 24
  ) {
    call(.softmax) { kernel throws(Refusal) in
      try requireSizes(rows, columns)
      try require(
        (1...Int(MAXIMUM_VOCABULARY)).contains(columns),
        "\(columns) columns, 1 to \(MAXIMUM_VOCABULARY) are possible")
      try Warp(temperature: temperature).check()
      try requireSignificantBits(significantBits)
      try require(x, rows * columns, "x")
      try require(out, rows * columns, "out")
      try require(status, rows, "status")
      let p = ShaderInterface.Softmax(
        rows: UInt32(rows), columns: UInt32(columns), inverseTemperature: Float(1 / temperature),
        significantBits: significantBits)
      var lanes: UInt32 = 8
      while lanes < VOCABULARY_LANES && lanes < columns { lanes *= 2 }
      return Invocation(
        kernel, p, [.read(x), .write(out), .write(status)], groups: (rows, 1), specialization: [lanes])
    }
  }
}
