import Kernels
import ShaderInterface

/// Shape of a growing tree: rows before this depth, rows of it, rows of the next.
struct GrowthShape {
  let sequences, firstRow, rows, width, count: Int
  var maximumRows: Int { firstRow + rows + width }
  var candidates: Int { sequences * maximumRows * count }
}

extension CaseRandom {
  /// Log-probabilities: plain, tied, huge, some banned; rarely positive or NaN.
  mutating func logProbabilities(_ count: Int) -> [Float] {
    var list = floats(count, exponents: -70...10).map { -abs($0) }
    if oneIn(2) { list = words(count, below: 4).map { -Float($0) / 2 } }
    for _ in 0..<below(4) { list[below(count)] = -.infinity }
    if oneIn(6) { list[below(count)] = element([Float.nan, .infinity, 1, 0x1p-140, -0x1p-140]) }
    return list
  }

  /// Candidates of rows already grown: scores fall along paths, parents stand in earlier rows.
  mutating func grown(_ shape: GrowthShape) -> (scores: [Float], rowParents: [UInt32]) {
    var scores = [Float](repeating: 0, count: shape.candidates)
    var rowParents = words(shape.sequences * shape.maximumRows)
    let steps = logProbabilities(shape.candidates)
    for s in 0..<shape.sequences {
      for r in 0..<shape.maximumRows {
        let row = s * shape.maximumRows + r
        let start = s * shape.maximumRows * shape.count
        let parent = r == 0 ? 0 : below(r * shape.count)
        if r > 0 { rowParents[row] = oneIn(12) ? NO_NODE : UInt32(parent) }
        let exists = r == 0 || rowParents[row] != NO_NODE
        let base = r == 0 ? 0 : scores[start + parent]
        for j in 0..<shape.count {
          let score = base + min(steps[row * shape.count + j], 0)
          scores[row * shape.count + j] = exists && !score.isNaN ? score : -.infinity
        }
      }
    }
    return (scores, rowParents)
  }
}

extension BoundOperands {
  func growth(_ shape: GrowthShape) -> TreeGrowth {
    func words(_ name: String) -> Tensor<UInt32> { tensors[name] ?? self.words("rowParents") }
    return TreeGrowth(
      tokens: words("tokens"), scores: floats("scores"), rowParents: words("rowParents"),
      nodeTokens: words("nodeTokens"), nodeParents: words("nodeParents"), sequences: shape.sequences,
      maximumRows: shape.maximumRows, count: shape.count)
  }
}

extension KernelCase {
  /// One depth of growth after the first `firstRow` rows.
  public static func growTree(
    sequences: Int, firstRow: Int, rows: Int, width: Int, count: Int, accumulates: Bool = true,
    firstInput: Int = 0, inputRows: Int? = nil, random: inout CaseRandom
  ) -> KernelCase {
    let shape = GrowthShape(
      sequences: sequences, firstRow: firstRow, rows: rows, width: width, count: count)
    let held = inputRows ?? firstInput + rows
    let inputs = sequences * held * count
    var (scores, rowParents) = random.grown(shape)
    if random.oneIn(6) { scores[random.below(scores.count)] = random.element([.nan, .infinity, 0x1p-140]) }
    if random.oneIn(6) { rowParents[random.below(rowParents.count)] = UInt32(firstRow * count) }
    var candidates = random.words(inputs, below: 32000)
    if random.oneIn(3) { candidates[random.below(inputs)] = NO_TOKEN }
    let maximumRows = shape.maximumRows
    return KernelCase(
      """
      sequences \(sequences), rows \(firstRow) + \(rows) + \(width) from \(firstInput) of \(held), \
      candidates \(count), sums \(accumulates)
      """,
      [
        .floats("logProbabilities", [sequences, held, count], random.logProbabilities(inputs)),
        .words("candidates", candidates, [sequences, held, count]),
        .words(
          "tokens", random.words(shape.candidates), [sequences, maximumRows, count], role: .inputOutput),
        .floats("scores", [sequences, maximumRows, count], scores, role: .inputOutput),
        .words("rowParents", rowParents, [sequences, maximumRows], role: .inputOutput),
        .words(
          "nodeTokens", random.words(rowParents.count), [sequences, maximumRows], role: .inputOutput),
        .words(
          "nodeParents", random.words(rowParents.count), [sequences, maximumRows], role: .inputOutput),
      ]
    ) { list, o in
      list.growTree(
        o.growth(shape), logProbabilities: o.floats("logProbabilities"), candidates: o.words("candidates"),
        firstRow: firstRow, rows: rows, width: width, accumulates: accumulates, firstInput: firstInput,
        inputRows: inputRows)
    }
  }
}

let growTreeFamilies = [("sums", true, false), ("own", false, false), ("apart", true, true)].map {
  name, accumulates, isApart in
  CaseFamily(.growTree, name) { random in
    let isFirst = random.oneIn(4)
    let width = random.oneIn(6) ? 0 : random.length(random.oneIn(8) ? 256 : 20)
    let rows = isFirst ? 1 : random.length(20)
    let firstInput = isApart ? random.below(20) : 0
    return .growTree(
      sequences: random.sequences(), firstRow: isFirst ? 0 : random.integer(1...40), rows: rows, width: width,
      count: random.length(40), accumulates: accumulates, firstInput: firstInput,
      inputRows: isApart && random.oneIn(2) ? firstInput + rows + random.below(9) : nil, random: &random)
  }
}
