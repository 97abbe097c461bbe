import Kernels

extension KernelCase {
  /// Root-mean-square norm of rows or of segments of rows, of their own or of wider ones, apart or in place.
  public static func rmsNorm(
    rows: Int, segments: Int = 1, columns: Int, place: RowColumns? = nil, significantBits: UInt32,
    inPlace: Bool = false, random: inout CaseRandom
  ) -> KernelCase {
    let epsilon = random.element([1e-5, 1e-6, 1e-12, 1] as [Float])
    let shape = [rows, place.stride(segments * columns)]
    // Squares and their sum stay finite: magnitudes below 2^51.
    let x = random.floats(shape[0] * shape[1], exponents: -50...50)
    let weight = random.floats(columns, exponents: -20...20)
    var operands: [CaseOperand] = [
      .floats("x", shape, x, role: inPlace ? .inputOutput : .input), .floats("weight", [columns], weight),
    ]
    if !inPlace {
      // Other columns of wider rows stay.
      operands.append(
        place == nil
          ? .output("out", .float, shape)
          : .floats("out", shape, random.floats(x.count, exponents: -50...50), role: .inputOutput))
    }
    let out = inPlace ? "x" : "out"
    return KernelCase(
      """
      rows \(rows), segments \(segments), columns \(columns), \(place.map { "\($0)" } ?? "alone"), \
      epsilon \(epsilon), bits \(significantBits)\(inPlace ? ", in place" : "")
      """, operands
    ) { list, o in
      list.rmsNorm(
        o.floats("x"), at: place, weight: o.floats("weight"), out: o.floats(out), rows: rows,
        segments: segments, columns: columns, epsilon: epsilon, significantBits: significantBits)
    }
  }
}

let rmsNormFamilies = [
  CaseFamily(.rmsNorm, "rows") { random in
    .rmsNorm(
      rows: random.length(9), columns: random.length(1100), significantBits: random.significantBits(),
      random: &random)
  },
  CaseFamily(.rmsNorm, "segments") { random in
    let (segments, columns) = (random.integer(1...8), random.length(random.oneIn(8) ? 513 : 130))
    return .rmsNorm(
      rows: random.length(9), segments: segments, columns: columns, place: random.columns(segments * columns),
      significantBits: random.significantBits(), inPlace: random.oneIn(2), random: &random)
  },
]
