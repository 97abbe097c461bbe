import Kernels

extension KernelCase {
  /// A token straight from logits.
  public static func drawLogits(
    rows: Int, vocabulary: Int, warp: Warp, isBatch: Bool, lanes: Int? = nil, random: inout CaseRandom
  ) -> KernelCase {
    let batch = RowBatch(rows: rows, isBatch: isBatch, random: &random)
    let stream = random.stream()
    return KernelCase(
      """
      rows \(rows), vocabulary \(vocabulary), temperature \(warp.temperature), minP \(warp.minP ?? 0), \
      sequences \(batch.sequences), stream \(stream), lanes \(lanes ?? 0)
      """,
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .words("depths", random.words(rows, below: 40)), .output("out", .word, [rows, 2]),
      ] + batch.operands
    ) { list, o in
      list.drawLogits(
        o.floats("logits"), warp: warp, depths: o.words("depths"), state: o.words("state"),
        out: o.words("out"), rows: rows, vocabulary: vocabulary, batch: o.batch(batch.sequences),
        stream: stream, lanes: lanes)
    }
  }
}

extension KernelCase {
  /// The same with a warp for each row, rarely one that is none or that selects.
  public static func drawLogits(
    vocabulary: Int, warps: [Warp], isBatch: Bool, random: inout CaseRandom
  ) -> KernelCase {
    let rows = warps.count
    let batch = RowBatch(rows: rows, isBatch: isBatch, random: &random)
    var words = warps.flatMap(\.words)
    if random.oneIn(3) { words[random.below(words.count)] = random.words(1)[0] }
    let stream = random.stream()
    return KernelCase(
      "rows \(rows), vocabulary \(vocabulary), a warp for each, sequences \(batch.sequences)",
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .words("warps", words, [rows, Warp.wordCount]),
        .words("depths", random.words(rows, below: 40)), .output("out", .word, [rows, 2]),
      ] + batch.operands
    ) { list, o in
      list.drawLogits(
        o.floats("logits"), warps: o.words("warps"), depths: o.words("depths"), state: o.words("state"),
        out: o.words("out"), rows: rows, vocabulary: vocabulary, batch: o.batch(batch.sequences),
        stream: stream)
    }
  }
}

extension CaseRandom {
  fileprivate mutating func plainWarp() -> Warp {
    Warp(
      temperature: element([1, 1, 0.7, 1.3, 0.01, 100]),
      minP: oneIn(3) ? element([1, 0.05, 1e-9, Double(unit())]) : nil)
  }

  /// Mostly one that the draw takes fast, sometimes one that needs many tiles.
  fileprivate mutating func drawnVocabulary() -> Int { oneIn(12) ? integer(1...80_000) : vocabulary() }
}

let drawLogitsFamilies =
  ["plain", "batch", "lanes"].map { name in
    CaseFamily(.drawLogits, name) { random in
      let vocabulary = random.drawnVocabulary()
      let warp = random.plainWarp()
      return .drawLogits(
        rows: random.rows(of: vocabulary), vocabulary: vocabulary, warp: warp, isBatch: name == "batch",
        lanes: name == "lanes" ? random.lanes(vocabulary) : nil, random: &random)
    }
  }
  + [
    CaseFamily(.drawLogits, "rowWarps") { random in
      let vocabulary = random.drawnVocabulary()
      let warps = (0..<random.rows(of: vocabulary)).map { _ in random.plainWarp() }
      return .drawLogits(vocabulary: vocabulary, warps: warps, isBatch: random.oneIn(2), random: &random)
    }
  ]
