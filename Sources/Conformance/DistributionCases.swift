import Kernels

extension KernelCase {
  /// Logits to integer weights.
  public static func distribution(
    rows: Int, vocabulary: Int, warp: Warp, lanes: Int? = nil, random: inout CaseRandom
  ) -> KernelCase {
    KernelCase(
      """
      rows \(rows), vocabulary \(vocabulary), temperature \(warp.temperature), \
      topK \(warp.topK ?? 0), topP \(warp.topP ?? 1), minP \(warp.minP ?? 0), \
      typicalP \(warp.typicalP ?? 1), lanes \(lanes ?? 0)
      """,
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .output("weights", .word, [rows, vocabulary]), .output("totals", .word, [rows, 2]),
      ]
    ) { list, o in
      let rowsOut = DistributionRows(
        weights: o.words("weights"), totals: o.words("totals"), vocabulary: vocabulary)
      list.distribution(o.floats("logits"), warp: warp, out: rowsOut, rows: rows, lanes: lanes)
    }
  }
}

let distributionFamilies = [
  ("plain", ""), ("topK", "k"), ("topP", "p"), ("both", "kp"), ("minP", "m"), ("typicalP", "t"),
  ("all", "kpmt"),
  ("lanes", "kpmt"),
]
.map { name, kept in
  CaseFamily(.distribution, name) { random in
    let vocabulary = random.vocabulary()
    var warp = Warp(temperature: random.element([1, 1, 0.7, 1.3, 0.01, 100]))
    if kept.contains("k") {
      warp.topK = random.oneIn(4) ? random.integer(1...vocabulary + 5) : random.length(64)
    }
    if kept.contains("p") {
      warp.topP = random.element([0.9, 0.95, 0.5, 0.999_999, 1e-9, Double(random.unit())])
    }
    if kept.contains("m") { warp.minP = random.element([0, 1, 0.05, 0.1, 1e-9, Double(random.unit())]) }
    if kept.contains("t") { warp.typicalP = random.element([0.2, 0.95, 0.5, 0.999_999, 1e-9]) }
    return .distribution(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary, warp: warp,
      lanes: name == "lanes" ? random.lanes(vocabulary) : nil, random: &random)
  }
}
