import Kernels

extension KernelCase {
  /// A token straight from logits.
  public static func drawLogits(
    rows: Int, vocabulary: Int, warp: Warp, isBatch: Bool, lanes: Int? = nil, random: inout CaseRandom
  ) -> KernelCase {
    let batch = RowBatch(rows: rows, isBatch: isBatch, random: &random)
    let stream = random.stream()
    return KernelCase(
      """
      rows \(rows), vocabulary \(vocabulary), temperature \(warp.temperature), minP \(warp.minP ?? 0), \
      sequences \(batch.sequences), stream \(stream), lanes \(lanes ?? 0)
      """,
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .words("depths", random.words(rows, below: 40)), .output("out", .word, [rows, 2]),
      ] + batch.operands
    ) { list, o in
      list.drawLogits(
        o.floats("logits"), warp: warp, depths: o.words("depths"), state: o.words("state"),
        out: o.words("out"), rows: rows, vocabulary: vocabulary, batch: o.batch(batch.sequences),
        stream: stream, lanes: lanes)
    }
  }
}

let drawLogitsFamilies = ["plain", "batch", "lanes"].map { name in
  CaseFamily(.drawLogits, name) { random in
    let vocabulary = random.oneIn(12) ? random.integer(1...80_000) : random.vocabulary()
    let warp = Warp(
      temperature: random.element([1, 1, 0.7, 1.3, 0.01, 100]),
      minP: random.oneIn(3) ? random.element([1, 0.05, 1e-9, Double(random.unit())]) : nil)
    return .drawLogits(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary, warp: warp, isBatch: name == "batch",
      lanes: name == "lanes" ? random.lanes(vocabulary) : nil, random: &random)
  }
}
