import Kernels
import ShaderInterface

extension CaseRandom {
  /// Keys of children, greatest first: plain, close together, tied, far apart; some that are not in order.
  mutating func childKeys(rows: Int, count: Int) -> [Float] {
    var list: [Float] = []
    for _ in 0..<rows {
      let scale = element([0, 1e-6, 0.1, 5, 60] as [Float])
      var row = (0..<count).map { _ in unit() * scale }.sorted(by: >)
      if oneIn(12) { row[below(count)] = element([.nan, .infinity, -.infinity, 0x1p-140, 7]) }
      list += row.map { $0 + (oneIn(2) ? 0 : 3) - scale }
    }
    return list
  }
}

extension KernelCase {
  /// The keys of one depth's candidates after the first `firstRow` rows.
  public static func conditionKeys(
    sequences: Int, firstRow: Int, rows: Int, count: Int, vocabulary: Int, firstInput: Int = 0,
    inputRows: Int? = nil, random: inout CaseRandom
  ) -> KernelCase {
    let held = inputRows ?? firstInput + rows
    let shape = GrowthShape(sequences: sequences, firstRow: firstRow, rows: rows, width: 0, count: count)
    let inputs = sequences * held
    let law = WeightRows(rows: inputs, vocabulary: vocabulary, random: &random)
    var (scores, rowParents) = random.grown(shape)
    if random.oneIn(6) { scores[random.below(scores.count)] = random.element([.nan, .infinity, 0x1p-140]) }
    if random.oneIn(6) { rowParents[random.below(rowParents.count)] = UInt32(firstRow * count) }
    var tokens: [UInt32] = []
    for row in 0..<inputs {
      let drawn = law.row(row)
      for _ in 0..<count { tokens.append(random.oneIn(9) ? NO_TOKEN : random.draw(drawn)) }
    }
    let sums = scores.map { random.oneIn(9) ? $0 : $0 - random.unit() }
    return KernelCase(
      """
      sequences \(sequences), rows \(firstRow) + \(rows) from \(firstInput) of \(held), \
      candidates \(count), vocabulary \(vocabulary)
      """,
      [
        .words("weights", law.weights, [inputs, vocabulary]), .words("totals", law.totals, [inputs, 2]),
        .words("drawn", tokens, [sequences, held, count]),
        .floats("keys", [sequences, held, count], random.childKeys(rows: inputs, count: count)),
        .words("rowParents", rowParents, [sequences, shape.maximumRows]),
        .floats("scores", [sequences, shape.maximumRows, count], scores),
        .floats("sums", [sequences, shape.maximumRows, count], sums, role: .inputOutput),
        .output("out", .float, [sequences, held, count]),
      ]
    ) { list, o in
      let law = DistributionRows(
        weights: o.words("weights"), totals: o.words("totals"), vocabulary: vocabulary)
      list.conditionKeys(
        o.growth(shape), sums: o.floats("sums"), law: law, tokens: o.words("drawn"), keys: o.floats("keys"),
        out: o.floats("out"), firstRow: firstRow, rows: rows, firstInput: firstInput, inputRows: inputRows)
    }
  }
}

let conditionKeysFamilies = [
  CaseFamily(.conditionKeys) { random in
    let isFirst = random.oneIn(4)
    let rows = isFirst ? 1 : random.length(20)
    let firstInput = random.oneIn(2) ? random.below(20) : 0
    return .conditionKeys(
      sequences: random.sequences(), firstRow: isFirst ? 0 : random.integer(1...40), rows: rows,
      count: random.length(random.oneIn(8) ? 256 : 20), vocabulary: random.length(300),
      firstInput: firstInput, inputRows: random.oneIn(2) ? firstInput + rows + random.below(9) : nil,
      random: &random)
  }
]
