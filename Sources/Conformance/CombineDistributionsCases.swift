import Kernels
import ShaderInterface

extension KernelCase {
  /// A mixture or a residual of two distributions.
  public static func combineDistributions(
    rows: Int, vocabulary: Int, _ combination: DistributionCombination, lanes: Int? = nil,
    random: inout CaseRandom
  ) -> KernelCase {
    let a = WeightRows(rows: rows, vocabulary: vocabulary, random: &random)
    let b =
      random.oneIn(6) ? a : WeightRows(rows: rows, vocabulary: vocabulary, random: &random)
    return KernelCase(
      "rows \(rows), vocabulary \(vocabulary), \(combination), lanes \(lanes ?? 0)",
      [
        .words("a", a.weights, [rows, vocabulary]), .words("totalsA", a.totals, [rows, 2]),
        .words("b", b.weights, [rows, vocabulary]), .words("totalsB", b.totals, [rows, 2]),
        .output("weights", .word, [rows, vocabulary]), .output("totals", .word, [rows, 2]),
        .output("mass", .word, [rows, 4]),
      ]
    ) { list, o in
      let distribution = { (weights: String, totals: String) in
        DistributionRows(weights: o.words(weights), totals: o.words(totals), vocabulary: vocabulary)
      }
      list.combineDistributions(
        distribution("a", "totalsA"), distribution("b", "totalsB"), combination,
        out: distribution("weights", "totals"), mass: o.words("mass"), rows: rows, lanes: lanes)
    }
  }
}

let combineDistributionsFamilies = ["mixture", "residual", "lanes"].map { name in
  CaseFamily(.combineDistributions, name) { random in
    let vocabulary = random.vocabulary()
    let isMixture = name == "mixture" || (name == "lanes" && random.oneIn(2))
    let share = random.element([0, 1, 0.5, 1e-9, Double(random.unit())])
    return .combineDistributions(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary,
      isMixture ? .mixture(share: share) : .residual, lanes: name == "lanes" ? random.lanes(vocabulary) : nil,
      random: &random)
  }
}
