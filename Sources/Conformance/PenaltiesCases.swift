import Kernels
import ShaderInterface

extension KernelCase {
  /// Penalties of a tree's rows over a history of few distinct tokens, with or without bias and mask.
  public static func penalties(
    rows: Int, vocabulary: Int, hasBias: Bool, hasMask: Bool, isBatch: Bool = false,
    hasSettings: Bool = false, random: inout CaseRandom
  ) -> KernelCase {
    let capacity = random.length(400)
    // Some states count more tokens than the history holds.
    let batch = RowBatch(rows: rows, isBatch: isBatch, lengths: capacity, random: &random)
    let distinct = random.integer(1...vocabulary + vocabulary / 8 + 1)
    var tree = random.tree(maximumNodes: rows) { random, _, _ in UInt32(random.below(distinct)) }
    random.damage(&tree)
    let penalties = random.penalties()
    let rowBiases = hasBias && random.oneIn(2)
    let rowMasks = hasMask && random.oneIn(2)
    let maskShape = [rowMasks ? rows : 1, (vocabulary + 31) / 32]
    let words = random.words(maskShape[0] * maskShape[1])
    var operands: [CaseOperand] = [
      .floats(
        "logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary), role: .inputOutput),
      .words("history", random.words(batch.sequences * capacity, below: distinct)),
      .words("tokens", tree.tokens), .words("parents", tree.parents),
    ]
    operands += batch.operands
    if hasBias {
      let biasRows = rowBiases ? rows : 1
      var bias = (0..<biasRows).flatMap { _ in random.floats(vocabulary, exponents: -80...20) }
      if random.oneIn(3) { bias[random.below(bias.count)] = -.infinity }
      operands.append(.floats("bias", [biasRows, vocabulary], bias))
    }
    if hasSettings {
      let settings = random.settings(rows: rows)
      operands.append(.words("settings", settings, [rows, LogitPenalties.wordCount]))
    }
    if hasMask { operands.append(.words("mask", words, maskShape)) }
    return KernelCase(
      """
      rows \(rows), vocabulary \(vocabulary), sequences \(batch.sequences), capacity \(capacity), biases of rows \
      \(rowBiases), \(hasSettings ? "settings of rows" : "\(penalties)")
      """, operands
    ) { list, o in
      if hasSettings {
        return list.penalties(
          o.floats("logits"), settings: o.words("settings"), history: o.words("history"),
          state: o.words("state"), tokens: o.words("tokens"), parents: o.words("parents"), rows: rows,
          vocabulary: vocabulary, bias: hasBias ? o.floats("bias") : nil, rowBiases: rowBiases,
          mask: hasMask ? o.words("mask") : nil, rowMasks: rowMasks, batch: o.batch(batch.sequences))
      }
      list.penalties(
        o.floats("logits"), penalties, history: o.words("history"), state: o.words("state"),
        tokens: o.words("tokens"), parents: o.words("parents"), rows: rows, vocabulary: vocabulary,
        bias: hasBias ? o.floats("bias") : nil, rowBiases: rowBiases,
        mask: hasMask ? o.words("mask") : nil, rowMasks: rowMasks, batch: o.batch(batch.sequences))
    }
  }
}

extension CaseRandom {
  fileprivate mutating func penalties() -> LogitPenalties {
    LogitPenalties(
      repetition: element([1, 1.2, 0.8, 1e-3, 1e6, Double(unit()) + 0.5]),
      presence: element([0, 0.5, -2, float(-80...20)]), frequency: element([0, 0.25, -1, float(-80...20)]),
      window: oneIn(4) ? element([0, 1, 1 << 20, Int(UInt32.max)]) : length(300))
  }

  /// Of rows each; in one case in three, one value that no host would write.
  fileprivate mutating func settings(rows: Int) -> [UInt32] {
    var words = (0..<rows).flatMap { _ in penalties().words }
    if oneIn(3) {
      let values = [Float.nan, .infinity, -.infinity, -1, -0.0, 0x1p-65, 0x1p-133, -0x1p-140]
      words[below(words.count)] = element(values).bitPattern
    }
    return words
  }
}

let penaltiesFamilies = [
  ("plain", false, false), ("bias", true, false), ("mask", false, true), ("both", true, true),
  ("batch", false, false), ("rowSettings", false, false), ("rowSettingsBatch", true, true),
]
.map { name, hasBias, hasMask in
  CaseFamily(.penalties, name) { random in
    let vocabulary = random.vocabulary()
    return .penalties(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary, hasBias: hasBias, hasMask: hasMask,
      isBatch: name.lowercased().hasSuffix("batch"), hasSettings: name.hasPrefix("rowSettings"),
      random: &random)
  }
}
