import ShaderInterface

/// Factors of the columns of rows, one for each `width` neighbouring columns.
public struct ColumnScales: Sendable {
  /// f32 `[columns / width]`, of all rows or of each.
  public let values: Tensor<Float>
  /// Columns that share a scale.
  public let width: Int
  /// Whether a scale is taken times its sigmoid (SiLU).
  public let gated: Bool
  private let rows: Rows

  private enum Rows {
    case all
    case each(RowColumns?)
  }

  private init(_ values: Tensor<Float>, _ width: Int, gated: Bool, _ rows: Rows) {
    self.values = values
    self.width = width
    self.gated = gated
    self.rows = rows
  }

  /// The same for all rows.
  public static func shared(_ values: Tensor<Float>, width: Int = 1) -> ColumnScales {
    ColumnScales(values, width, gated: false, .all)
  }

  /// Each row's own, f32 `[rows][columns / width]`, in wider rows where `place` says so.
  public static func ofRows(
    _ values: Tensor<Float>, at place: RowColumns? = nil, width: Int = 1, gated: Bool = false
  ) -> ColumnScales {
    ColumnScales(values, width, gated: gated, .each(place))
  }

  fileprivate func check(rows count: Int, columns: Int) throws(Refusal) -> (first: UInt32, stride: UInt32) {
    try requireSizes(width)
    try require(width >= 1, "\(width) columns share a scale")
    let scales = (columns + width - 1) / width
    switch rows {
    case .each(let place): return try place.check(scales, of: values, rows: count, "scales")
    case .all:
      try require(values, scales, "scales")
      return (0, 0)
    }
  }
}

extension CommandList {
  /// Columns of rows times their scales, added to `base` if there is one: dt * x, dt * A and D * x of a selective state
  /// space, and the product of two rows, gated (x * silu(z)) or not.
  ///
  /// A product and a sum, each rounded on its own: within 2^-23 of their magnitudes and 2^-significantBits of the
  /// result, a gate within 10 * 2^-24 of the product more.
  /// - Parameters:
  ///   - x: f32 `[rows][columns]`.
  ///   - place: where these columns lie in wider rows; nil: rows of these alone.
  ///   - scales: the factors.
  ///   - base: f32 `[rows][columns]`; nil: nothing is added.
  ///   - out: f32 `[rows][columns]`; may be `base`.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  public func scaleColumns(
    _ x: Tensor<Float>, at place: RowColumns? = nil, by scales: ColumnScales, base: Tensor<Float>? = nil,
    out: Tensor<Float>, rows: Int, columns: Int, significantBits: UInt32 = 24
  ) {
    call(.scaleColumns) { kernel throws(Refusal) in
      try requireSizes(rows, columns)
      try requireCount(rows * columns)
      try requireSignificantBits(significantBits)
      let input = try place.check(columns, of: x, rows: rows, "x")
      let factors = try scales.check(rows: rows, columns: columns)
      if let base { try require(base, rows * columns, "base") }
      try require(out, rows * columns, "out")
      let p = ShaderInterface.ScaleColumns(
        rows: UInt32(rows), columns: UInt32(columns), inputStride: input.stride, inputFirst: input.first,
        width: UInt32(scales.width), scaleStride: factors.stride, scaleFirst: factors.first,
        hasBase: base == nil ? 0 : 1, hasGate: scales.gated ? 1 : 0, significantBits: significantBits)
      return Invocation(
        kernel, p, [.read(base ?? x), .read(x), .read(scales.values), .write(out)],
        groups: Invocation.elementGroups(rows * columns))
    }
  }
}
