import Kernels

extension KernelCase {
  /// The best tokens of each row.
  public static func topTokens(rows: Int, vocabulary: Int, count: Int, random: inout CaseRandom) -> KernelCase
  {
    KernelCase(
      "rows \(rows), vocabulary \(vocabulary), count \(count)",
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .output("out", .word, [rows, count]),
      ]
    ) { list, o in
      list.topTokens(
        o.floats("logits"), out: o.words("out"), rows: rows, vocabulary: vocabulary, count: count)
    }
  }
}

let topTokensFamilies = [
  CaseFamily(.topTokens) { random in
    let vocabulary = random.vocabulary()
    return .topTokens(
      rows: min(8, random.rows(of: vocabulary)), vocabulary: vocabulary,
      count: random.length(random.oneIn(5) ? 256 : 32), random: &random)
  }
]
