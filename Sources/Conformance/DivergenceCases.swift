import Kernels

extension KernelCase {
  /// KL(p || q) of unrelated rows, or of rows that differ by little or nothing.
  public static func divergence(rows: Int, vocabulary: Int, areNear: Bool, random: inout CaseRandom)
    -> KernelCase
  {
    let p = random.logits(rows: rows, columns: vocabulary)
    var q = areNear ? p : random.logits(rows: rows, columns: vocabulary)
    if areNear {
      let scale = random.element([0, 0x1p-20, 0.01, 1] as [Float])
      for i in q.indices where random.oneIn(2) { q[i] += (random.unit() - 0.5) * scale }
    }
    return KernelCase(
      "rows \(rows), vocabulary \(vocabulary)",
      [
        .floats("p", [rows, vocabulary], p), .floats("q", [rows, vocabulary], q),
        .output("out", .float, [rows]), .output("status", .word, [rows]),
      ]
    ) { list, o in
      list.divergence(
        o.floats("p"), o.floats("q"), out: o.floats("out"), status: o.words("status"), rows: rows,
        vocabulary: vocabulary)
    }
  }
}

let divergenceFamilies = [false, true].map { areNear in
  CaseFamily(.divergence, areNear ? "near" : "apart") { random in
    let vocabulary = random.vocabulary()
    return .divergence(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary, areNear: areNear, random: &random)
  }
}
