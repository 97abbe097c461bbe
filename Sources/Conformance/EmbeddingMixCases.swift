import Kernels
import ShaderInterface

extension KernelCase {
  /// Weighted sums of rows of an f16 table, or of one of floats.
  public static func embeddingMix(
    rows: Int, columns: Int, vocabulary: Int, count: Int, firstRow: Int, hasFloatTable: Bool = false,
    significantBits: UInt32, random: inout CaseRandom
  ) -> KernelCase {
    var tokens = random.words((firstRow + rows) * count, below: vocabulary)
    if random.oneIn(3) {
      tokens[random.below(tokens.count)] = random.element([NO_TOKEN, UInt32(vocabulary), 0x8000_0000])
    }
    var weights = random.floats(tokens.count, exponents: -126...100)
    if random.oneIn(2) { weights = weights.map { _ in random.unit() } }
    random.addSpecials(&weights, rarity: 8)
    return KernelCase(
      """
      rows \(rows), columns \(columns), vocabulary \(vocabulary), \(count) tokens, firstRow \(firstRow), \
      bits \(significantBits)
      """,
      [
        .words("tokens", tokens, [firstRow + rows, count]),
        .floats("weights", [firstRow + rows, count], weights),
        hasFloatTable ? random.floatTable(vocabulary, columns) : random.halfTable(vocabulary, columns),
        .output("out", .float, [rows, columns]),
      ]
    ) { list, o in
      if hasFloatTable {
        list.embeddingMix(
          tokens: o.words("tokens"), weights: o.floats("weights"), table: o.floats("table"),
          out: o.floats("out"), rows: rows, columns: columns, vocabulary: vocabulary, count: count,
          firstRow: firstRow, significantBits: significantBits)
      } else {
        list.embeddingMix(
          tokens: o.words("tokens"), weights: o.floats("weights"), table: o.words("table"),
          out: o.floats("out"), rows: rows, columns: columns, vocabulary: vocabulary, count: count,
          firstRow: firstRow, significantBits: significantBits)
      }
    }
  }
}

extension CaseRandom {
  fileprivate mutating func halfTable(_ vocabulary: Int, _ columns: Int) -> CaseOperand {
    CaseOperand(
      "table", .input, .halves, shape: [vocabulary, columns / 2], halfWords(halves(vocabulary * columns)))
  }

  fileprivate mutating func floatTable(_ vocabulary: Int, _ columns: Int) -> CaseOperand {
    var values = floats(vocabulary * columns, exponents: -126...60)
    addSpecials(&values, rarity: 8)
    return .floats("table", [vocabulary, columns], values)
  }
}

let embeddingMixFamilies = [false, true].map { hasFloatTable in
  CaseFamily(hasFloatTable ? .embeddingMixF32 : .embeddingMix) { random in
    .embeddingMix(
      rows: random.length(20), columns: hasFloatTable ? random.length(160) : 2 * random.length(80),
      vocabulary: random.length(60), count: random.length(17),
      firstRow: random.oneIn(2) ? 0 : random.below(20), hasFloatTable: hasFloatTable,
      significantBits: random.significantBits(), random: &random)
  }
}
