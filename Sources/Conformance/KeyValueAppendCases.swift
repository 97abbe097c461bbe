import Kernels
import ShaderInterface

extension KernelCase {
  /// Keys and values of in-flight rows into a cache that may end before them.
  public static func keyValueAppend(
    rows: Int, firstRow: Int, heads: Int, keyHeads: Int, headSize: Int, length: Int, slots: Int,
    random: inout CaseRandom
  ) -> KernelCase {
    let (query, key) = (heads * headSize, keyHeads * headSize)
    // All of the half's range: subnormal halves, ties, overflow.
    var rotated = random.floats(rows * (query + key), exponents: -30...18)
    var projected = random.floats(rows * (query + 2 * key), exponents: -30...18)
    random.addSpecials(&rotated)
    random.addSpecials(&projected)
    return KernelCase(
      "rows \(rows), firstRow \(firstRow), heads \(heads)/\(keyHeads) of \(headSize), length \(length), slots \(slots)",
      [
        .floats("rotated", [rows, query + key], rotated),
        .floats("projected", [rows, query + 2 * key], projected),
        .words("state", random.state(length: length)),
        CaseOperand(
          "cache", .inputOutput, .halves, shape: [2, slots, key / 2],
          halfWords(random.halves(2 * slots * key))),
      ]
    ) { list, o in
      list.keyValueAppend(
        rotated: o.floats("rotated"), projected: o.floats("projected"), state: o.words("state"),
        cache: KeyValueCache(words: o.words("cache"), slots: slots, keyColumns: key), rows: rows,
        firstRow: firstRow,
        heads: heads, keyHeads: keyHeads, headSize: headSize)
    }
  }
}

let keyValueAppendFamilies = [
  CaseFamily(.keyValueAppend) { random in
    let keyHeads = random.integer(1...3)
    let (rows, firstRow) = (random.length(20), random.oneIn(2) ? 0 : random.below(9))
    let length = random.below(60)
    // One case in four is too small for its rows.
    let slots = random.oneIn(4) ? random.integer(1...length + 1) : length + firstRow + rows + random.below(4)
    return .keyValueAppend(
      rows: rows, firstRow: firstRow, heads: keyHeads * random.integer(1...3), keyHeads: keyHeads,
      headSize: random.element([2, 6, 32, 64, 80]), length: length, slots: slots, random: &random)
  }
]
