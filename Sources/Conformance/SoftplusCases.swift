import Kernels

extension KernelCase {
  /// Softplus of columns, of rows of their own or of wider ones.
  public static func softplus(
    rows: Int, columns: Int, place: RowColumns?, significantBits: UInt32, random: inout CaseRandom
  ) -> KernelCase {
    let stride = place.stride(columns)
    var x = random.floats(rows * stride, exponents: -126...127)
    if random.oneIn(2) { x = random.floats(rows * stride, pattern: .plain, exponents: 0...0).map { $0 * 8 } }
    random.addSpecials(&x)
    return KernelCase(
      "rows \(rows), columns \(columns), \(place.map { "\($0)" } ?? "alone"), bits \(significantBits)",
      [.floats("x", [rows, stride], x), .output("out", .float, [rows, columns])]
    ) { list, o in
      list.softplus(
        o.floats("x"), at: place, out: o.floats("out"), rows: rows, columns: columns,
        significantBits: significantBits)
    }
  }
}

let softplusFamilies = [
  CaseFamily(.softplus) { random in
    let columns = random.length(300)
    return .softplus(
      rows: random.length(17), columns: columns, place: random.columns(columns),
      significantBits: random.significantBits(), random: &random)
  }
]
