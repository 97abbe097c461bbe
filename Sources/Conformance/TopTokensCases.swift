import Kernels

extension KernelCase {
  /// The best tokens of each row, with or without their logits.
  public static func topTokens(
    rows: Int, vocabulary: Int, count: Int, hasValues: Bool = false, lanes: Int? = nil,
    random: inout CaseRandom
  ) -> KernelCase {
    let values: [CaseOperand] = hasValues ? [.output("values", .float, [rows, count])] : []
    return KernelCase(
      "rows \(rows), vocabulary \(vocabulary), count \(count), lanes \(lanes ?? 0)",
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .output("out", .word, [rows, count]),
      ] + values
    ) { list, o in
      list.topTokens(
        o.floats("logits"), out: o.words("out"), values: hasValues ? o.floats("values") : nil, rows: rows,
        vocabulary: vocabulary, count: count, lanes: lanes)
    }
  }
}

let topTokensFamilies = ["plain", "lanes", "values"].map { name in
  CaseFamily(.topTokens, name) { random in
    let vocabulary = random.oneIn(12) ? random.integer(1...80_000) : random.vocabulary()
    return .topTokens(
      rows: min(8, random.rows(of: vocabulary)), vocabulary: vocabulary,
      count: random.oneIn(3) ? random.integer(1...256) : random.length(random.oneIn(3) ? 256 : 32),
      hasValues: name == "values", lanes: name == "lanes" ? random.lanes(vocabulary) : nil, random: &random)
  }
}
