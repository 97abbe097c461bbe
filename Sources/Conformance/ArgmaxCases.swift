import Kernels

extension KernelCase {
  /// The greatest logit of each row.
  public static func argmax(rows: Int, vocabulary: Int, random: inout CaseRandom) -> KernelCase {
    KernelCase(
      "rows \(rows), vocabulary \(vocabulary)",
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .output("out", .word, [rows, 2]),
      ]
    ) { list, o in
      list.argmax(o.floats("logits"), out: o.words("out"), rows: rows, vocabulary: vocabulary)
    }
  }
}

let argmaxFamilies = [
  CaseFamily(.argmax) { random in
    let vocabulary = random.vocabulary()
    return .argmax(rows: random.rows(of: vocabulary), vocabulary: vocabulary, random: &random)
  }
]

extension CaseRandom {
  /// As many rows of `vocabulary` columns as a small case can have.
  mutating func rows(of vocabulary: Int) -> Int { length(max(1, min(33, 12_000 / vocabulary))) }
}
