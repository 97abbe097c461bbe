import ShaderInterface

extension CommandList {
  /// Rows as signed bytes with one scale each, for a matmul with int8 weights (absolute-maximum quantization, Dettmers et al., 2022).
  ///
  /// byte = x * 127 / m to the nearest integer, ties to even; scale = m / 127, m the greatest magnitude of the row. Error: half a scale,
  /// and 2^-20 of the magnitude. A row with a NaN or a magnitude above 2^60 gets a NaN scale, so that all its products are NaN;
  /// one whose magnitudes are below 2^-60 counts as zeros.
  /// - Parameters:
  ///   - x: f32 `[rows][columns]`, any rounding.
  ///   - out: u32 `[rows][n]`, n = ``quantizedWordCount(columns:)``: the bytes, then the scale.
  public func quantizeRows(_ x: Tensor<Float>, out: Tensor<UInt32>, rows: Int, columns: Int) {
    call(.quantizeRows) { kernel throws(Refusal) in
      try requireSizes(rows, columns)
      try require(rows > 0 && columns > 0, "\(rows) rows of \(columns) columns")
      try require(x, rows * columns, "x")
      try require(out, rows * quantizedWordCount(columns: columns), "out")
      let p = ShaderInterface.QuantizeRows(rows: UInt32(rows), columns: UInt32(columns))
      return Invocation(kernel, p, [.read(x), .write(out)], groups: (rows, 1))
    }
  }

  /// Rows as signed bytes with a scale for each block of 32, for a matmul with q8_0 or q4_0 weights: what those formats do to
  /// weights, done to activations.
  ///
  /// A block is rounded as ``quantizeRows(_:out:rows:columns:)`` rounds a row, with the same bounds. A block with a NaN or a
  /// magnitude above 2^60 makes all products of its row NaN.
  /// - Parameters:
  ///   - x: f32 `[rows][columns]`, any rounding.
  ///   - out: u32 `[rows][n]`, n = ``quantizedBlockWordCount(columns:)``: for each 128 columns the bytes, then four scales.
  public func quantizeBlocks(_ x: Tensor<Float>, out: Tensor<UInt32>, rows: Int, columns: Int) {
    call(.quantizeBlocks) { kernel throws(Refusal) in
      try requireSizes(rows, columns)
      try require(
        rows > 0 && rows <= 65_535 && columns > 0, "\(rows) rows of \(columns) columns, at most 65535 rows")
      try require(x, rows * columns, "x")
      try require(out, rows * quantizedBlockWordCount(columns: columns), "out")
      let p = ShaderInterface.QuantizeRows(rows: UInt32(rows), columns: UInt32(columns))
      let chunks = SizeArithmetic.groups(of: Int(DOT_CHUNK), holding: columns)
      return Invocation(kernel, p, [.read(x), .write(out)], groups: (chunks, rows))
    }
  }
}

/// 32-bit words of a row of ``CommandList/quantizeBlocks(_:out:rows:columns:)``: whole chunks of 128 columns. `Int.max`, which
/// no memory has, below 0 columns.
public func quantizedBlockWordCount(columns: Int) -> Int {
  SizeArithmetic.product(
    SizeArithmetic.groups(of: Int(DOT_CHUNK), holding: columns), Int(QUANTIZED_CHUNK_WORDS))
}

/// 32-bit words of a quantized row: whole sixteens of bytes, then one for the scale. `Int.max`, which no memory has, below 0
/// columns.
public func quantizedWordCount(columns: Int) -> Int {
  SizeArithmetic.sum(SizeArithmetic.product(SizeArithmetic.groups(of: 16, holding: columns), 4), 4)
}
