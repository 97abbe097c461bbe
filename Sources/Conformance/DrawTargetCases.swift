import Kernels
import ShaderInterface

extension KernelCase {
  /// The target's own token at each node.
  public static func drawTarget(
    rows: Int, vocabulary: Int, isBatch: Bool = false, random: inout CaseRandom
  ) -> KernelCase {
    let batch = RowBatch(rows: rows, isBatch: isBatch, random: &random)
    var target = WeightRows(rows: rows, vocabulary: vocabulary, emptyRarity: 12, random: &random)
    if random.oneIn(4) { target.totals[1] |= STATUS_NOT_FINITE }  // passes through
    let stream = random.stream()
    return KernelCase(
      "rows \(rows), vocabulary \(vocabulary), sequences \(batch.sequences), stream \(stream)",
      [
        .words("weights", target.weights, [rows, vocabulary]), .words("totals", target.totals, [rows, 2]),
        .words("depths", random.words(rows, below: 40)),
        .output("out", .word, [rows, 2]),
      ] + batch.operands
    ) { list, o in
      let distributions = DistributionRows(
        weights: o.words("weights"), totals: o.words("totals"), vocabulary: vocabulary)
      list.drawTarget(
        distributions, depths: o.words("depths"), state: o.words("state"), out: o.words("out"), count: rows,
        batch: o.batch(batch.sequences), stream: stream)
    }
  }
}

let drawTargetFamilies = [false, true].map { isBatch in
  CaseFamily(.drawTarget, isBatch ? "batch" : "plain") { random in
    let vocabulary = random.vocabulary()
    return .drawTarget(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary, isBatch: isBatch, random: &random)
  }
}
