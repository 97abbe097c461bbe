import Kernels

extension KernelCase {
  /// Gated unit: GELU of the first half of a row times the second.
  public static func geglu(rows: Int, columns: Int, significantBits: UInt32, random: inout CaseRandom)
    -> KernelCase
  {
    var x = random.floats(rows * columns * 2, exponents: -126...100)
    if random.oneIn(2) { x = x.map { $0 * 4 } }  // reaches the end of the negative side
    random.addSpecials(&x, rarity: 8)
    return KernelCase(
      "rows \(rows), columns \(columns), bits \(significantBits)",
      [.floats("x", [rows, 2, columns], x), .output("out", .float, [rows, columns])]
    ) { list, o in
      list.geglu(
        o.floats("x"), out: o.floats("out"), rows: rows, columns: columns, significantBits: significantBits)
    }
  }
}

let gegluFamilies = [
  CaseFamily(.geglu) { random in
    .geglu(
      rows: random.length(20), columns: random.length(400), significantBits: random.significantBits(),
      random: &random)
  }
]
