import Kernels
import ShaderInterface

extension KernelCase {
  /// The tokens of the greatest perturbed log-probabilities.
  public static func drawGumbel(
    rows: Int, vocabulary: Int, count: Int, isBatch: Bool, lanes: Int? = nil, random: inout CaseRandom
  ) -> KernelCase {
    let draft = WeightRows(rows: rows, vocabulary: vocabulary, emptyRarity: 12, random: &random)
    let batch = RowBatch(rows: rows, isBatch: isBatch, random: &random)
    let independentRows = random.oneIn(2)
    let stream = random.stream()
    return KernelCase(
      """
      rows \(rows), vocabulary \(vocabulary), count \(count), sequences \(batch.sequences), \
      independent \(independentRows), stream \(stream), lanes \(lanes ?? 0)
      """,
      [
        .words("weights", draft.weights, [rows, vocabulary]), .words("totals", draft.totals, [rows, 2]),
        .words("depths", random.words(rows, below: 40)), .output("tokens", .word, [rows, count]),
        .output("keys", .float, [rows, count]),
      ] + batch.operands
    ) { list, o in
      let distributions = DistributionRows(
        weights: o.words("weights"), totals: o.words("totals"), vocabulary: vocabulary)
      list.drawGumbel(
        distributions, depths: o.words("depths"), state: o.words("state"), tokens: o.words("tokens"),
        keys: o.floats("keys"), rowCount: rows, count: count, independentRows: independentRows,
        batch: o.batch(batch.sequences), stream: stream, lanes: lanes)
    }
  }
}

let drawGumbelFamilies = ["plain", "batch", "lanes"].map { name in
  CaseFamily(.drawGumbel, name) { random in
    let vocabulary = random.vocabulary()
    return .drawGumbel(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary,
      count: random.length(random.oneIn(4) ? 256 : 16), isBatch: name == "batch",
      lanes: name == "lanes" ? random.lanes(vocabulary) : nil, random: &random)
  }
}
