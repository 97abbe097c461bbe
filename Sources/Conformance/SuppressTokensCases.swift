import Kernels
import ShaderInterface

extension KernelCase {
  /// Tokens taken out of distributions, some twice, some outside the vocabulary.
  public static func suppressTokens(
    rows: Int, vocabulary: Int, count: Int, rowLists: Bool, random: inout CaseRandom
  ) -> KernelCase {
    let target = WeightRows(rows: rows, vocabulary: vocabulary, random: &random)
    let shape = rowLists ? [rows, count] : [count]
    var tokens = random.words(shape.reduce(1, *), below: vocabulary + vocabulary / 8 + 1)
    if random.oneIn(4) { tokens[random.below(tokens.count)] = NO_TOKEN }
    return KernelCase(
      "rows \(rows), vocabulary \(vocabulary), count \(count)",
      [
        .words("tokens", tokens, shape),
        .words("weights", target.weights, [rows, vocabulary], role: .inputOutput),
        .words("totals", target.totals, [rows, 2], role: .inputOutput),
      ]
    ) { list, o in
      let distributions = DistributionRows(
        weights: o.words("weights"), totals: o.words("totals"), vocabulary: vocabulary)
      list.suppressTokens(
        o.words("tokens"), in: distributions, rowCount: rows, count: count, rowLists: rowLists)
    }
  }
}

let suppressTokensFamilies = [false, true].map { rowLists in
  CaseFamily(.suppressTokens, rowLists ? "rowLists" : "oneList") { random in
    let vocabulary = random.vocabulary()
    return .suppressTokens(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary, count: random.length(300),
      rowLists: rowLists,
      random: &random)
  }
}
