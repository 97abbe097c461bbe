import Kernels

extension KernelCase {
  /// Rows as bytes with a scale each; any bits at all are in the domain.
  public static func quantizeRows(rows: Int, columns: Int, random: inout CaseRandom) -> KernelCase {
    quantized(rows: rows, columns: columns, words: quantizedWordCount(columns: columns), random: &random) {
      $0.quantizeRows($1, out: $2, rows: rows, columns: columns)
    }
  }

  /// Rows as bytes with a scale a block.
  public static func quantizeBlocks(rows: Int, columns: Int, random: inout CaseRandom) -> KernelCase {
    quantized(rows: rows, columns: columns, words: quantizedBlockWordCount(columns: columns), random: &random)
    {
      $0.quantizeBlocks($1, out: $2, rows: rows, columns: columns)
    }
  }

  private static func quantized(
    rows: Int, columns: Int, words: Int, random: inout CaseRandom,
    record: @escaping @Sendable (any CommandList, Tensor<Float>, Tensor<UInt32>) -> Void
  ) -> KernelCase {
    var x = random.floats(rows * columns, exponents: random.element([-126...127, -62...62, -3...3]))
    random.addSpecials(&x, rarity: 6)
    return KernelCase(
      "rows \(rows), columns \(columns)",
      [
        .floats("x", [rows, columns], x),
        .output("out", .word, [rows, words]),
      ]
    ) { list, o in record(list, o.floats("x"), o.words("out")) }
  }
}

let quantizeRowsFamilies = [
  CaseFamily(.quantizeRows) { random in
    .quantizeRows(rows: random.length(12), columns: random.length(700), random: &random)
  },
  CaseFamily(.quantizeBlocks) { random in
    .quantizeBlocks(rows: random.length(12), columns: random.length(700), random: &random)
  },
]
