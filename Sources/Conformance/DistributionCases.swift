import Kernels

extension KernelCase {
  /// Logits to integer weights.
  public static func distribution(rows: Int, vocabulary: Int, warp: Warp, random: inout CaseRandom)
    -> KernelCase
  {
    KernelCase(
      """
      rows \(rows), vocabulary \(vocabulary), temperature \(warp.temperature), \
      topK \(warp.topK ?? 0), topP \(warp.topP ?? 1), minP \(warp.minP ?? 0)
      """,
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .output("weights", .word, [rows, vocabulary]), .output("totals", .word, [rows, 2]),
      ]
    ) { list, o in
      let rowsOut = DistributionRows(
        weights: o.words("weights"), totals: o.words("totals"), vocabulary: vocabulary)
      list.distribution(o.floats("logits"), warp: warp, out: rowsOut, rows: rows)
    }
  }
}

let distributionFamilies = [
  ("plain", false, false, false), ("topK", true, false, false), ("topP", false, true, false),
  ("both", true, true, false), ("minP", false, false, true), ("all", true, true, true),
]
.map { name, topK, topP, minP in
  CaseFamily(.distribution, name) { random in
    let vocabulary = random.vocabulary()
    var warp = Warp(temperature: random.element([1, 1, 0.7, 1.3, 0.01, 100]))
    if topK { warp.topK = random.oneIn(4) ? random.integer(1...vocabulary + 5) : random.length(64) }
    if topP { warp.topP = random.element([0.9, 0.95, 0.5, 0.999_999, 1e-9, Double(random.unit())]) }
    if minP { warp.minP = random.element([0, 1, 0.05, 0.1, 1e-9, Double(random.unit())]) }
    return .distribution(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary, warp: warp, random: &random)
  }
}
