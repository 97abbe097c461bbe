import Kernels
import ShaderInterface

extension KernelCase {
  /// A mixture, an excess or a minimum of two distributions.
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

let combineDistributionsFamilies = ["mixture", "residual", "excess", "minimum", "lanes"].map { name in
  CaseFamily(.combineDistributions, name) { random in
    let vocabulary = random.vocabulary()
    let kind = name == "lanes" ? random.element(["mixture", "excess", "minimum"]) : name
    let share = random.element([0, 1, 0.5, 1e-9, Double(random.unit())])
    let combination: DistributionCombination =
      switch kind {
      case "mixture": .mixture(share: share)
      case "excess": random.oneIn(2) ? .excess(a: 1, b: share) : .excess(a: share, b: 1.5)
      case "minimum": .minimum
      default: .residual
      }
    return .combineDistributions(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary, combination,
      lanes: name == "lanes" ? random.lanes(vocabulary) : nil, random: &random)
  }
}
