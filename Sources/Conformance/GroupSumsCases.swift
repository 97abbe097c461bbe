import Kernels
import ShaderInterface

extension KernelCase {
  /// Sums over groups of tokens; some tokens belong to none.
  public static func groupSums(rows: Int, vocabulary: Int, groups: Int, random: inout CaseRandom)
    -> KernelCase
  {
    let target = WeightRows(rows: rows, vocabulary: vocabulary, random: &random)
    let numbers = random.words(vocabulary, below: random.oneIn(3) ? groups + groups / 4 + 1 : groups)
    return KernelCase(
      "rows \(rows), vocabulary \(vocabulary), groups \(groups)",
      [
        .words("weights", target.weights, [rows, vocabulary]), .words("totals", target.totals, [rows, 2]),
        .words("groups", numbers), .output("sums", .word, [rows, groups]),
      ]
    ) { list, o in
      let distributions = DistributionRows(
        weights: o.words("weights"), totals: o.words("totals"), vocabulary: vocabulary)
      list.groupSums(
        distributions, groups: o.words("groups"), sums: o.words("sums"), rowCount: rows, groupCount: groups)
    }
  }
}

let groupSumsFamilies = [
  CaseFamily(.groupSums) { random in
    let vocabulary = random.vocabulary()
    return .groupSums(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary, groups: random.length(400), random: &random)
  }
]
