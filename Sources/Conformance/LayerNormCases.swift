import Kernels

extension KernelCase {
  /// Norm of centred rows, with weight and bias.
  public static func layerNorm(rows: Int, columns: Int, significantBits: UInt32, random: inout CaseRandom)
    -> KernelCase
  {
    let epsilon = random.element([1e-5, 1e-6, 1e-12, 1] as [Float])
    // Squares and their sum stay finite: magnitudes below 2^51.
    var x = random.floats(rows * columns, exponents: -70...50)
    if random.oneIn(3) {  // a mean far from zero, so that centring cancels
      let shift = random.float(-10...20)
      x = x.map { shift + $0 }
    }
    return KernelCase(
      "rows \(rows), columns \(columns), epsilon \(epsilon), bits \(significantBits)",
      [
        .floats("x", [rows, columns], x),
        .floats("weight", [columns], random.floats(columns, exponents: -20...20)),
        .floats("bias", [columns], random.floats(columns, exponents: -100...20)),
        .output("out", .float, [rows, columns]),
      ]
    ) { list, o in
      list.layerNorm(
        o.floats("x"), weight: o.floats("weight"), bias: o.floats("bias"), out: o.floats("out"), rows: rows,
        columns: columns, epsilon: epsilon, significantBits: significantBits)
    }
  }
}

let layerNormFamilies = [
  CaseFamily(.layerNorm) { random in
    .layerNorm(
      rows: random.length(9), columns: random.length(1100), significantBits: random.significantBits(),
      random: &random)
  }
]
