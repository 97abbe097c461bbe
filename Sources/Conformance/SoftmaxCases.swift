import Kernels

extension KernelCase {
  /// Probabilities of each row.
  public static func softmax(
    rows: Int, columns: Int, temperature: Double = 1, significantBits: UInt32 = 24, inPlace: Bool = false,
    random: inout CaseRandom
  ) -> KernelCase {
    let logits = random.logits(rows: rows, columns: columns)
    let shape = [rows, columns]
    return KernelCase(
      """
      rows \(rows), columns \(columns), temperature \(temperature), bits \(significantBits)\(inPlace ? ", in place" : "")
      """,
      (inPlace
        ? [.floats("x", shape, logits, role: .inputOutput)]
        : [.floats("x", shape, logits), .output("out", .float, shape)])
        + [.output("status", .word, [rows])]
    ) { list, o in
      list.softmax(
        o.floats("x"), out: o.floats(inPlace ? "x" : "out"), status: o.words("status"), rows: rows,
        columns: columns, temperature: temperature, significantBits: significantBits)
    }
  }
}

let softmaxFamilies = [
  CaseFamily(.softmax) { random in
    let columns = random.oneIn(3) ? random.length(40) : random.vocabulary()
    let rows = random.rows(of: columns)
    let temperature = random.element([1, 1, 0.7, 2.5, 1e-6, 1e19])
    return .softmax(
      rows: rows, columns: columns, temperature: temperature, significantBits: random.significantBits(),
      inPlace: random.oneIn(4), random: &random)
  }
]
