import Kernels
import ShaderInterface

extension KernelCase {
  /// Penalties of a tree's rows over a history of few distinct tokens, with or without bias and mask.
  public static func penalties(
    rows: Int, vocabulary: Int, hasBias: Bool, hasMask: Bool, isBatch: Bool = false,
    random: inout CaseRandom
  ) -> KernelCase {
    let capacity = random.length(400)
    // Some states count more tokens than the history holds.
    let batch = RowBatch(rows: rows, isBatch: isBatch, lengths: capacity, random: &random)
    let distinct = random.integer(1...vocabulary + vocabulary / 8 + 1)
    var tree = random.tree(maximumNodes: rows) { random, _, _ in UInt32(random.below(distinct)) }
    random.damage(&tree)
    let penalties = LogitPenalties(
      repetition: random.element([1, 1.2, 0.8, 1e-3, 1e6, Double(random.unit()) + 0.5]),
      presence: random.element([0, 0.5, -2, random.float(-80...20)]),
      frequency: random.element([0, 0.25, -1, random.float(-80...20)]),
      window: random.oneIn(4) ? random.element([0, 1, 1 << 20]) : random.length(300))
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
      var bias = random.floats(vocabulary, exponents: -80...20)
      if random.oneIn(3) { bias[random.below(vocabulary)] = -.infinity }
      operands.append(.floats("bias", [vocabulary], bias))
    }
    if hasMask { operands.append(.words("mask", words, maskShape)) }
    return KernelCase(
      """
      rows \(rows), vocabulary \(vocabulary), sequences \(batch.sequences), capacity \(capacity), window \(penalties.window), \
      repetition \(penalties.repetition), presence \(penalties.presence), frequency \(penalties.frequency)
      """, operands
    ) { list, o in
      list.penalties(
        o.floats("logits"), penalties, history: o.words("history"), state: o.words("state"),
        tokens: o.words("tokens"), parents: o.words("parents"), rows: rows, vocabulary: vocabulary,
        bias: hasBias ? o.floats("bias") : nil, mask: hasMask ? o.words("mask") : nil, rowMasks: rowMasks,
        batch: o.batch(batch.sequences))
    }
  }
}

let penaltiesFamilies = [
  ("plain", false, false), ("bias", true, false), ("mask", false, true), ("both", true, true),
  ("batch", false, false),
]
.map { name, hasBias, hasMask in
  CaseFamily(.penalties, name) { random in
    let vocabulary = random.vocabulary()
    return .penalties(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary, hasBias: hasBias, hasMask: hasMask,
      isBatch: name == "batch",
      random: &random)
  }
}
