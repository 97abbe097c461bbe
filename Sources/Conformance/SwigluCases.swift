import Kernels

extension KernelCase {
  /// Gated unit: silu of the first half of a row times the second.
  public static func swiglu(rows: Int, columns: Int, significantBits: UInt32, random: inout CaseRandom)
    -> KernelCase
  {
    var x = random.floats(rows * columns * 2, exponents: -80...60)
    if random.oneIn(2) { x = x.map { $0 * 8 } }  // reaches both ends of the sigmoid
    random.addSpecials(&x, rarity: 8)
    return KernelCase(
      "rows \(rows), columns \(columns), bits \(significantBits)",
      [.floats("x", [rows, 2, columns], x), .output("out", .float, [rows, columns])]
    ) { list, o in
      list.swiglu(
        o.floats("x"), out: o.floats("out"), rows: rows, columns: columns, significantBits: significantBits)
    }
  }
}

let swigluFamilies = [
  CaseFamily(.swiglu) { random in
    .swiglu(
      rows: random.length(20), columns: random.length(400), significantBits: random.significantBits(),
      random: &random)
  }
]
