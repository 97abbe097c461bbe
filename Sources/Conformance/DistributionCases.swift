import Kernels

extension KernelCase {
  /// Logits to integer weights.
  public static func distribution(
    rows: Int, vocabulary: Int, warp: Warp, lanes: Int? = nil, random: inout CaseRandom
  ) -> KernelCase {
    KernelCase(
      """
      rows \(rows), vocabulary \(vocabulary), temperature \(warp.temperature), \
      topK \(warp.topK ?? 0), topP \(warp.topP ?? 1), minP \(warp.minP ?? 0), \
      typicalP \(warp.typicalP ?? 1), lanes \(lanes ?? 0)
      """,
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .output("weights", .word, [rows, vocabulary]), .output("totals", .word, [rows, 2]),
      ]
    ) { list, o in
      list.distribution(
        o.floats("logits"), warp: warp, out: o.rows("weights", "totals", vocabulary: vocabulary), rows: rows,
        lanes: lanes)
    }
  }

  /// The same with a warp for each row, rarely one that is none.
  public static func distribution(
    vocabulary: Int, warps: [Warp], random: inout CaseRandom
  ) -> KernelCase {
    let rows = warps.count
    var words = warps.flatMap(\.words)
    if random.oneIn(4) { words[random.below(words.count)] = random.words(1)[0] }
    return KernelCase(
      "rows \(rows), vocabulary \(vocabulary), a warp for each",
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .words("warps", words, [rows, Warp.wordCount]),
        .output("weights", .word, [rows, vocabulary]), .output("totals", .word, [rows, 2]),
      ]
    ) { list, o in
      list.distribution(
        o.floats("logits"), warps: o.words("warps"), out: o.rows("weights", "totals", vocabulary: vocabulary),
        rows: rows)
    }
  }
}

extension CaseRandom {
  /// With a top-k, top-p, min-p or typical-p if `kept` has k, p, m or t.
  fileprivate mutating func warp(_ kept: String, vocabulary: Int) -> Warp {
    var warp = Warp(temperature: element([1, 1, 0.7, 1.3, 0.01, 100]))
    if kept.contains("k") { warp.topK = oneIn(4) ? integer(1...vocabulary + 5) : length(64) }
    if kept.contains("p") { warp.topP = element([0.9, 0.95, 0.5, 0.999_999, 1e-9, Double(unit())]) }
    if kept.contains("m") { warp.minP = element([0, 1, 0.05, 0.1, 1e-9, Double(unit())]) }
    if kept.contains("t") { warp.typicalP = element([0.2, 0.95, 0.5, 0.999_999, 1e-9]) }
    return warp
  }
}

let distributionFamilies =
  [
    ("plain", ""), ("topK", "k"), ("topP", "p"), ("both", "kp"), ("minP", "m"), ("typicalP", "t"),
    ("all", "kpmt"),
    ("lanes", "kpmt"),
  ]
  .map { name, kept in
    CaseFamily(.distribution, name) { random in
      let vocabulary = random.vocabulary()
      let warp = random.warp(kept, vocabulary: vocabulary)
      return .distribution(
        rows: random.rows(of: vocabulary), vocabulary: vocabulary, warp: warp,
        lanes: name == "lanes" ? random.lanes(vocabulary) : nil, random: &random)
    }
  }
  + [
    CaseFamily(.distribution, "rowWarps") { random in
      let vocabulary = random.vocabulary()
      let warps = (0..<random.rows(of: vocabulary)).map { _ in
        random.warp(random.element(["", "k", "p", "t", "kp", "kpmt", "m"]), vocabulary: vocabulary)
      }
      return .distribution(vocabulary: vocabulary, warps: warps, random: &random)
    }
  ]
