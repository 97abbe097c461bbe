import Kernels

extension KernelCase {
  /// Maximum, log-sum-exp, entropy and gap of each row.
  public static func rowStatistics(rows: Int, vocabulary: Int, random: inout CaseRandom) -> KernelCase {
    KernelCase(
      "rows \(rows), vocabulary \(vocabulary)",
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .output("out", .float, [rows, 4]), .output("status", .word, [rows]),
      ]
    ) { list, o in
      list.rowStatistics(
        o.floats("logits"), out: o.floats("out"), status: o.words("status"), rows: rows,
        vocabulary: vocabulary)
    }
  }
}

let rowStatisticsFamilies = [
  CaseFamily(.rowStatistics) { random in
    let vocabulary = random.vocabulary()
    return .rowStatistics(rows: random.rows(of: vocabulary), vocabulary: vocabulary, random: &random)
  }
]
