import Kernels

extension KernelCase {
  /// Rows as bytes; any bits at all are in the domain.
  public static func quantizeRows(rows: Int, columns: Int, random: inout CaseRandom) -> KernelCase {
    var x = random.floats(rows * columns, exponents: random.element([-126...127, -62...62, -3...3]))
    random.addSpecials(&x, rarity: 6)
    return KernelCase(
      "rows \(rows), columns \(columns)",
      [
        .floats("x", [rows, columns], x),
        .output("out", .word, [rows, quantizedWordCount(columns: columns)]),
      ]
    ) { list, o in list.quantizeRows(o.floats("x"), out: o.words("out"), rows: rows, columns: columns) }
  }
}

let quantizeRowsFamilies = [
  CaseFamily(.quantizeRows) { random in
    .quantizeRows(rows: random.length(12), columns: random.length(700), random: &random)
  }
]
