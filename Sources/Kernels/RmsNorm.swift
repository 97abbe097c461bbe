import ShaderInterface

extension CommandList {
  /// `x / sqrt(mean(x^2) + epsilon) * weight`, a row or a segment of one at a time (Zhang and Sennrich, 2019).
  ///
  /// Segments serve norms of single heads of query and key (QK-norm) where a projection wrote both: two calls in place,
  /// one with the query's heads and weight, one with the key's.
  ///
  /// Sum order: 64 interleaved lanes, then a halving tree.
  /// Error: ((columns / 64 + 7) / 2 + 12) * 2^-24 + 2^-significantBits of the result.
  /// - Parameters:
  ///   - x: f32 `[rows][segments][columns]`.
  ///   - place: where a row's segments lie in wider rows, of `x` and of `out` alike; nil: rows of these alone.
  ///   - weight: f32 `[columns]`, the same for every segment.
  ///   - out: f32 `[rows][segments][columns]`; may be `x`. Other columns of wider rows stay.
  ///   - segments: neighbouring parts of a row, each with a norm of its own.
  ///   - epsilon: added to the mean square.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  public func rmsNorm(
    _ x: Tensor<Float>, at place: RowColumns? = nil, weight: Tensor<Float>, out: Tensor<Float>, rows: Int,
    segments: Int = 1, columns: Int, epsilon: Float, significantBits: UInt32 = 24
  ) {
    call(.rmsNorm) { kernel throws(Refusal) in
      try requireSizes(rows, segments, columns)
      try require(
        rows > 0 && segments > 0 && columns > 0, "\(rows) rows of \(segments) segments of \(columns) columns")
      try requireSignificantBits(significantBits)
      try require(epsilon >= 0 && epsilon.isFinite, "epsilon \(epsilon)")
      let input = try place.check(segments * columns, of: x, rows: rows, "x")
      try require(weight, columns, "weight")
      _ = try place.check(segments * columns, of: out, rows: rows, "out")
      let p = ShaderInterface.RmsNorm(
        rows: UInt32(rows), segments: UInt32(segments), columns: UInt32(columns), stride: input.stride,
        first: input.first, inverseColumns: Float(1 / Double(columns)), epsilon: epsilon,
        significantBits: significantBits)
      return Invocation(kernel, p, [.read(x), .read(weight), .write(out)], groups: (rows, segments))
    }
  }
}
