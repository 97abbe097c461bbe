import Kernels
import ShaderInterface

extension KernelCase {
  /// Rows of an f16 table by token.
  public static func embeddingGather(
    rows: Int, columns: Int, vocabulary: Int, firstRow: Int = 0, random: inout CaseRandom
  ) -> KernelCase {
    var tokens = random.words(firstRow + rows, below: vocabulary)
    if random.oneIn(3) {
      tokens[random.below(tokens.count)] = random.element([NO_TOKEN, UInt32(vocabulary), 0x8000_0000])
    }
    return KernelCase(
      "rows \(rows), columns \(columns), vocabulary \(vocabulary), firstRow \(firstRow)",
      [
        .words("tokens", tokens),
        CaseOperand(
          "table", .input, .halves, shape: [vocabulary, columns / 2],
          halfWords(random.halves(vocabulary * columns))),
        .output("out", .float, [rows, columns]),
      ]
    ) { list, o in
      list.embeddingGather(
        tokens: o.words("tokens"), table: o.words("table"), out: o.floats("out"), rows: rows,
        columns: columns,
        vocabulary: vocabulary, firstRow: firstRow)
    }
  }
}

let embeddingGatherFamilies = [
  CaseFamily(.embeddingGather) { random in
    .embeddingGather(
      rows: random.length(40), columns: 2 * random.length(80), vocabulary: random.length(60),
      firstRow: random.oneIn(2) ? 0 : random.below(20), random: &random)
  }
]
