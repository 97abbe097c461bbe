import Kernels

extension KernelCase {
  /// KL(p || q) of unrelated rows, or of rows that differ by little or nothing.
  public static func divergence(rows: Int, vocabulary: Int, areNear: Bool, random: inout CaseRandom)
    -> KernelCase
  {
    divergence(rows: rows, vocabulary: vocabulary, areNear: areNear, temperatures: .one, random: &random)
  }

  static func divergence(
    rows: Int, vocabulary: Int, areNear: Bool, temperatures: RowTemperatures, random: inout CaseRandom
  ) -> KernelCase {
    let p = random.logits(rows: rows, columns: vocabulary)
    var q = areNear ? p : random.logits(rows: rows, columns: vocabulary)
    if areNear {
      let scale = random.element([0, 0x1p-20, 0.01, 1] as [Float])
      for i in q.indices where random.oneIn(2) { q[i] += (random.unit() - 0.5) * scale }
    }
    return KernelCase(
      "rows \(rows), vocabulary \(vocabulary), \(temperatures.shape)",
      [
        .floats("p", [rows, vocabulary], p), .floats("q", [rows, vocabulary], q),
        .output("out", .float, [rows]), .output("status", .word, [rows]),
      ] + temperatures.operands
    ) { list, o in
      list.divergence(
        o.floats("p"), o.floats("q"), temperature: temperatures.temperature, warps: temperatures.warps(o),
        out: o.floats("out"), status: o.words("status"), rows: rows, vocabulary: vocabulary)
    }
  }
}

let divergenceFamilies = [false, true].map { areNear in
  CaseFamily(.divergence, areNear ? "near" : "apart") { random in
    let vocabulary = random.vocabulary()
    let rows = random.rows(of: vocabulary)
    let temperatures = RowTemperatures(rows: rows, random: &random)
    return .divergence(
      rows: rows, vocabulary: vocabulary, areNear: areNear, temperatures: temperatures, random: &random)
  }
}
