import Kernels

extension KernelCase {
  /// Maximum, log-sum-exp, entropy and gap of each row.
  public static func rowStatistics(rows: Int, vocabulary: Int, random: inout CaseRandom) -> KernelCase {
    rowStatistics(rows: rows, vocabulary: vocabulary, temperatures: .one, random: &random)
  }

  static func rowStatistics(
    rows: Int, vocabulary: Int, temperatures: RowTemperatures, random: inout CaseRandom
  ) -> KernelCase {
    KernelCase(
      "rows \(rows), vocabulary \(vocabulary), \(temperatures.shape)",
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .output("out", .float, [rows, 4]), .output("status", .word, [rows]),
      ] + temperatures.operands
    ) { list, o in
      list.rowStatistics(
        o.floats("logits"), temperature: temperatures.temperature, warps: temperatures.warps(o),
        out: o.floats("out"), status: o.words("status"), rows: rows, vocabulary: vocabulary)
    }
  }
}

let rowStatisticsFamilies = [
  CaseFamily(.rowStatistics) { random in
    let vocabulary = random.vocabulary()
    let rows = random.rows(of: vocabulary)
    let temperatures = RowTemperatures(rows: rows, random: &random)
    return .rowStatistics(
      rows: rows, vocabulary: vocabulary, temperatures: temperatures, random: &random)
  }
]
