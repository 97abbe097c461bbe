import Kernels

/// What `scaleColumns` is asked besides its shape.
public struct ColumnScaling: Sendable {
  /// Columns that share a scale.
  public var width = 1
  public var hasRowScales = false
  public var gated = false
  public var hasBase = false
  /// Whether the result replaces the base.
  public var inPlace = false
  public var significantBits: UInt32 = 24

  public init(width: Int = 1, hasRowScales: Bool = false, gated: Bool = false, hasBase: Bool = false) {
    self.width = width
    self.hasRowScales = hasRowScales
    self.gated = gated
    self.hasBase = hasBase
  }
}

extension KernelCase {
  /// Columns times scales, which are shared by all rows or each row's own; with and without a base.
  public static func scaleColumns(
    rows: Int, columns: Int, _ scaling: ColumnScaling, isDense: Bool = false, random: inout CaseRandom
  ) -> KernelCase {
    let scales = (columns + scaling.width - 1) / scaling.width
    let place = isDense ? nil : random.columns(columns)
    let scalePlace = isDense || !scaling.hasRowScales ? nil : random.columns(scales)
    let (stride, scaleStride) = (place.stride(columns), scalePlace.stride(scales))
    let scaleRows = scaling.hasRowScales ? rows : 1
    var x = random.floats(rows * stride, exponents: -100...60)
    random.addSpecials(&x)
    var factors = random.floats(scaleRows * scaleStride, exponents: -100...60)
    if scaling.gated && random.oneIn(2) { factors = factors.map { max(-50, min(50, $0 * 4)) } }
    random.addSpecials(&factors, rarity: 8)
    let replaces = scaling.hasBase && scaling.inPlace
    let base = CaseOperand.floats(
      "base", [rows, columns], random.floats(rows * columns, exponents: -100...60),
      role: replaces ? .inputOutput : .input)
    return KernelCase(
      "rows \(rows), columns \(columns), \(scaling)",
      [.floats("x", [rows, stride], x), .floats("scales", [scaleRows, scaleStride], factors)]
        + (scaling.hasBase ? [base] : []) + (replaces ? [] : [.output("out", .float, [rows, columns])])
    ) { list, o in
      let values = o.floats("scales")
      list.scaleColumns(
        o.floats("x"), at: place,
        by: scaling.hasRowScales
          ? .ofRows(values, at: scalePlace, width: scaling.width, gated: scaling.gated)
          : .shared(values, width: scaling.width),
        base: scaling.hasBase ? o.floats("base") : nil, out: o.floats(replaces ? "base" : "out"), rows: rows,
        columns: columns, significantBits: scaling.significantBits)
    }
  }
}

let scaleColumnsFamilies = [("shared", false, false), ("rows", true, false), ("gated", true, true)].map {
  name, hasRowScales, gated in
  CaseFamily(.scaleColumns, name) { random in
    let columns = random.length(300)
    var scaling = ColumnScaling(
      width: random.element([1, 1, 2, 7, 64, columns, 1000]), hasRowScales: hasRowScales, gated: gated,
      hasBase: random.oneIn(2))
    scaling.inPlace = random.oneIn(2)
    scaling.significantBits = random.significantBits()
    return .scaleColumns(rows: random.length(17), columns: columns, scaling, random: &random)
  }
}
