import Kernels
import ShaderInterface

extension KernelCase {
  /// Chosen columns of each row, by one list or by a list for each.
  public static func gatherColumns(
    rows: Int, columns: Int, count: Int, rowLists: Bool, random: inout CaseRandom
  ) -> KernelCase {
    let shape = rowLists ? [rows, count] : [count]
    let missing = random.element([0, 0xff80_0000, NO_TOKEN])
    return KernelCase(
      "rows \(rows), \(count) of \(columns) columns, missing \(missing)",
      [
        .words("x", random.words(rows * columns), [rows, columns]),
        .words("indices", random.indices(shape.reduce(1, *), below: columns), shape),
        .output("out", .word, [rows, count]),
      ]
    ) { list, o in
      list.gatherColumns(
        o.words("x"), indices: o.words("indices"), missing: missing, out: o.words("out"), rows: rows,
        columns: columns, count: count, rowLists: rowLists)
    }
  }
}

let gatherColumnsFamilies = [false, true].map { rowLists in
  CaseFamily(.gatherColumns, rowLists ? "rowLists" : "oneList") { random in
    let count = random.oneIn(24) ? random.integer(100_000...262_144) : random.vocabulary()
    return .gatherColumns(
      rows: random.rows(of: count), columns: random.length(1000), count: count, rowLists: rowLists,
      random: &random)
  }
}
