import Kernels

extension KernelCase {
  /// Root-mean-square norm of rows.
  public static func rmsNorm(rows: Int, columns: Int, significantBits: UInt32, random: inout CaseRandom)
    -> KernelCase
  {
    let epsilon = random.element([1e-5, 1e-6, 1e-12, 1] as [Float])
    return KernelCase(
      "rows \(rows), columns \(columns), epsilon \(epsilon), bits \(significantBits)",
      [
        // Squares and their sum stay finite: magnitudes below 2^51.
        .floats("x", [rows, columns], random.floats(rows * columns, exponents: -50...50)),
        .floats("weight", [columns], random.floats(columns, exponents: -20...20)),
        .output("out", .float, [rows, columns]),
      ]
    ) { list, o in
      list.rmsNorm(
        o.floats("x"), weight: o.floats("weight"), out: o.floats("out"), rows: rows, columns: columns,
        epsilon: epsilon, significantBits: significantBits)
    }
  }
}

let rmsNormFamilies = [
  CaseFamily(.rmsNorm) { random in
    .rmsNorm(
      rows: random.length(9), columns: random.length(1100), significantBits: random.significantBits(),
      random: &random)
  }
]
