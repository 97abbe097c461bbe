import Kernels
import ShaderInterface

extension CaseRandom {
  /// Indices below `bound`, some at or beyond it; often few different ones.
  mutating func indices(_ count: Int, below bound: Int) -> [UInt32] {
    var list = words(count, below: oneIn(3) ? min(bound, 3) : bound)
    for _ in 0..<(oneIn(2) ? 0 : below(count) + 1) {
      list[below(count)] = element([UInt32(bound), NO_NODE, 0x8000_0000, UInt32(bound - 1)])
    }
    return list
  }

  /// Rows and columns of a small matrix; rarely more rows, of which a group then has one, than a grid has groups in one
  /// direction.
  mutating func movedRows() -> (rows: Int, columns: Int) {
    if oneIn(50) { return (integer(65_500...70_000), 33) }
    let columns = oneIn(3) ? length(700) : length(40)
    return (length(max(1, min(400, 12_000 / columns))), columns)
  }
}

extension KernelCase {
  /// Rows by index, of one matrix or of one for each sequence.
  public static func gatherRows(
    sequences: Int = 1, rows: Int, count: Int, columns: Int, firstSource: Int = 0, random: inout CaseRandom
  ) -> KernelCase {
    let stride = firstSource + count + (sequences == 1 ? 0 : random.below(3))
    let missing = random.element([nil, NO_TOKEN])
    let isDense = stride == firstSource + count && random.oneIn(2)
    return KernelCase(
      "sequences \(sequences), \(count) of \(rows) rows of \(columns) words, sources \(firstSource) of \(stride)",
      [
        .words("x", random.words(sequences * rows * columns), [sequences, rows, columns]),
        .words("sources", random.indices(sequences * stride, below: rows), [sequences, stride]),
        .output("out", .word, [sequences, count, columns]),
      ]
    ) { list, o in
      list.gatherRows(
        o.words("x"), rows: rows, sources: o.words("sources"), firstSource: firstSource,
        sourceStride: isDense ? nil : stride, missing: missing, out: o.words("out"), count: count,
        columns: columns, sequences: sequences)
    }
  }

  /// Rows to where their targets say, some of which several have.
  public static func scatterRows(
    sequences: Int = 1, count: Int, rows: Int, columns: Int, random: inout CaseRandom
  ) -> KernelCase {
    KernelCase(
      "sequences \(sequences), \(count) rows of \(columns) words among \(rows)",
      [
        .words("x", random.words(sequences * count * columns), [sequences, count, columns]),
        .words("targets", random.indices(sequences * count, below: rows), [sequences, count]),
        .words(
          "out", random.words(sequences * rows * columns), [sequences, rows, columns], role: .inputOutput),
      ]
    ) { list, o in
      list.scatterRows(
        o.words("x"), targets: o.words("targets"), out: o.words("out"), count: count, rows: rows,
        columns: columns, sequences: sequences)
    }
  }
}

let gatherRowsFamilies = [
  CaseFamily(.gatherRows, "one") { random in
    let (rows, columns) = random.movedRows()
    return .gatherRows(
      rows: random.oneIn(2) ? rows : random.length(20), count: rows, columns: columns,
      firstSource: random.oneIn(2) ? 0 : random.below(9), random: &random)
  },
  CaseFamily(.gatherRows, "sequences") { random in
    .gatherRows(
      sequences: random.integer(2...9), rows: random.length(20), count: random.length(20),
      columns: random.length(130), firstSource: random.oneIn(2) ? 0 : random.below(9), random: &random)
  },
]

let scatterRowsFamilies = [
  CaseFamily(.scatterRows, "one") { random in
    let (count, columns) = random.movedRows()
    return .scatterRows(
      count: count, rows: random.oneIn(3) ? random.length(12) : count + random.below(9), columns: columns,
      random: &random)
  },
  CaseFamily(.scatterRows, "sequences") { random in
    .scatterRows(
      sequences: random.integer(2...9), count: random.length(20), rows: random.length(20),
      columns: random.length(130), random: &random)
  },
]
