import Kernels
import ShaderInterface

extension KernelCase {
  /// Keys and values of in-flight rows into a cache that may end before them; `s.length` slots are committed.
  public static func keyValueAppend(_ s: AttentionShape, random: inout CaseRandom) -> KernelCase {
    let heads = random.oneIn(6) ? 0 : s.heads
    let (query, key) = (heads * s.headSize, s.keyColumns)
    // All of the half's range: subnormal halves, ties, overflow.
    let exponents = s.format == .bf16 ? -50...100 : -30...18
    var rotated = random.floats(s.rows * (query + key), exponents: exponents)
    var projected = random.floats(s.rows * (query + 2 * key), exponents: exponents)
    let isRotated = !random.oneIn(4)
    random.addSpecials(&rotated)
    random.addSpecials(&projected)
    let data = AttentionData(s, random: &random)
    let (slots, pagesPerSequence) = (data.slots, data.pagesPerSequence)
    let operands = data.operands(random: &random).filter { ["state", "owners", "pages"].contains($0.name) }
    let rowWords = s.format.rowWords(keyColumns: key)
    return KernelCase(
      s.text,
      [
        .floats("rotated", [s.rows, query + key], rotated),
        .floats("projected", [s.rows, query + 2 * key], projected),
      ] + operands + random.cacheNoise(slots: slots, rowWords: rowWords)
    ) { list, o in
      list.keyValueAppend(
        rotated: isRotated ? o.floats("rotated") : nil, projected: o.floats("projected"),
        state: o.words("state"),
        batch: o.batch(s.sequences), cache: s.cache(o, slots: slots, pagesPerSequence: pagesPerSequence),
        rows: s.rows,
        firstRow: s.firstRow, heads: heads, keyHeads: s.keyHeads, headSize: s.headSize)
    }
  }
}

/// How the slots of a case's sequences lie in its cache.
enum CacheLayout: String, CaseIterable {
  case one = ""
  case pages = "-pages"
  case batch = "-batch"
}

extension CaseRandom {
  /// A few rows to be stored behind at most 60 slots.
  mutating func appendShape(_ format: KeyValueFormat, _ layout: CacheLayout) -> AttentionShape {
    let keyHeads = integer(1...3)
    var shape = AttentionShape(
      rows: length(20), firstRow: oneIn(2) ? 0 : below(9), heads: keyHeads * integer(1...3),
      keyHeads: keyHeads, headSize: element([2, 6, 32, 64, 80, 96]),
      length: below(60), maskWords: 0)
    shape.format = format
    shape.fillSteps()
    if layout != .one { shape.pageSize = element([1, 3, 16, 32]) }
    if layout == .batch { shape.sequences = integer(2...5) }
    return shape
  }
}

/// A family for each format and layout.
func appendFamilies(
  _ kernel: Kernel,
  _ make: @escaping @Sendable (inout CaseRandom, KeyValueFormat, CacheLayout) -> KernelCase
) -> [CaseFamily] {
  KeyValueFormat.allCases.flatMap { format in
    CacheLayout.allCases.map { layout in
      CaseFamily(kernel, "\(format)\(layout.rawValue)") { make(&$0, format, layout) }
    }
  }
}

let keyValueAppendFamilies = appendFamilies(.keyValueAppend) { random, format, layout in
  let shape = random.appendShape(format, layout)
  return .keyValueAppend(shape, random: &random)
}
