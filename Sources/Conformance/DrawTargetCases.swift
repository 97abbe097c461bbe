import Kernels
import ShaderInterface

extension KernelCase {
  /// The target's own token at each node.
  public static func drawTarget(rows: Int, vocabulary: Int, random: inout CaseRandom) -> KernelCase {
    var target = WeightRows(rows: rows, vocabulary: vocabulary, emptyRarity: 12, random: &random)
    if random.oneIn(4) { target.totals[1] |= STATUS_NOT_FINITE }  // passes through
    return KernelCase(
      "rows \(rows), vocabulary \(vocabulary)",
      [
        .words("weights", target.weights, [rows, vocabulary]), .words("totals", target.totals, [rows, 2]),
        .words("depths", random.words(rows, below: 40)),
        .words("state", random.state(length: random.below(random.oneIn(4) ? 1 << 31 : 300))),
        .output("out", .word, [rows, 2]),
      ]
    ) { list, o in
      let distributions = DistributionRows(
        weights: o.words("weights"), totals: o.words("totals"), vocabulary: vocabulary)
      list.drawTarget(
        distributions, depths: o.words("depths"), state: o.words("state"), out: o.words("out"), count: rows)
    }
  }
}

let drawTargetFamilies = [
  CaseFamily(.drawTarget) { random in
    let vocabulary = random.vocabulary()
    return .drawTarget(rows: random.rows(of: vocabulary), vocabulary: vocabulary, random: &random)
  }
]
