import Kernels

extension KernelCase {
  /// Two draws under the same noise.
  public static func drawShared(
    rows: Int, vocabulary: Int, temperature: Double, ratio: Double, isBatch: Bool, random: inout CaseRandom
  ) -> KernelCase {
    drawShared(
      rows: rows, vocabulary: vocabulary, temperatures: RowTemperatures(temperature), ratio: ratio,
      isBatch: isBatch, random: &random)
  }

  static func drawShared(
    rows: Int, vocabulary: Int, temperatures: RowTemperatures, ratio: Double, isBatch: Bool,
    random: inout CaseRandom
  ) -> KernelCase {
    let batch = RowBatch(rows: rows, isBatch: isBatch, random: &random)
    let a = random.logits(rows: rows, columns: vocabulary)
    let b = random.oneIn(3) ? a : random.logits(rows: rows, columns: vocabulary)
    let stream = random.stream()
    return KernelCase(
      """
      rows \(rows), vocabulary \(vocabulary), \(temperatures.shape), ratio \(ratio), \
      sequences \(batch.sequences), stream \(stream)
      """,
      [
        .floats("a", [rows, vocabulary], a), .floats("b", [rows, vocabulary], b),
        .words("depths", random.words(rows, below: 40)), .output("out", .word, [rows, 4]),
      ] + batch.operands + temperatures.operands
    ) { list, o in
      list.drawShared(
        o.floats("a"), o.floats("b"), temperature: temperatures.temperature, warps: temperatures.warps(o),
        ratio: ratio, depths: o.words("depths"), state: o.words("state"), out: o.words("out"), rows: rows,
        vocabulary: vocabulary, batch: o.batch(batch.sequences), stream: stream)
    }
  }
}

let drawSharedFamilies = ["plain", "batch"].map { name in
  CaseFamily(.drawShared, name) { random in
    let vocabulary = random.vocabulary()
    let rows = random.rows(of: vocabulary)
    let temperatures = RowTemperatures(rows: rows, random: &random)
    return .drawShared(
      rows: rows, vocabulary: vocabulary, temperatures: temperatures,
      ratio: random.element([0, 1, 0.5, Double(random.unit())]), isBatch: name == "batch", random: &random)
  }
}
