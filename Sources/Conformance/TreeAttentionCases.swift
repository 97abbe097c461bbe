import Kernels
import Numerics
import ShaderInterface

extension KernelCase {
  /// Attention under any pattern; slots that no row sees hold NaN and infinity.
  ///
  /// - Parameter spansPerGroup: splits the keys over groups of so many spans; nil does not.
  public static func treeAttention(
    _ s: AttentionShape, spansPerGroup: Int? = nil, random: inout CaseRandom
  ) -> KernelCase {
    let columns = random.oneIn(4) ? (s.heads + random.below(4)) * s.headSize : nil
    let stride = columns ?? (s.heads + s.keyHeads) * s.headSize
    let scale = random.oneIn(4) ? 1 : Float(1 / Double(s.headSize).squareRoot())
    let bits = random.significantBits()
    let data = AttentionData(s, random: &random)
    let (slots, pagesPerSequence) = (data.slots, data.pagesPerSequence)
    let capacity = s.pageSize == 0 ? slots : pagesPerSequence * s.pageSize
    let query = random.activations(s.rows * stride, bits: ACTIVATION_BITS_F16, exponents: -66...30)
    var operands = [.floats("query", [s.rows, stride], query)] + data.operands(random: &random)
    operands.append(.output("out", .float, [s.rows, s.heads, s.headSize]))
    if spansPerGroup != nil {
      let count = AttentionSplit.count(rows: s.rows, heads: s.heads, headSize: s.headSize, capacity: capacity)
      operands.append(.output("parts", .float, [count / (s.headSize + 4), s.headSize + 4]))
    }
    return KernelCase("\(s.text), bits \(bits), spans a group \(spansPerGroup ?? 0)", operands) { list, o in
      list.treeAttention(
        query: o.floats("query"), queryColumns: columns,
        cache: s.cache(o, slots: slots, pagesPerSequence: pagesPerSequence),
        mask: o.words("mask"), state: o.words("state"),
        depths: s.options.window > 0 ? o.words("depths") : nil, batch: o.batch(s.sequences),
        out: o.floats("out"),
        rows: s.rows, firstRow: s.firstRow, heads: s.heads, keyHeads: s.keyHeads, headSize: s.headSize,
        maskWords: s.maskWords, scale: scale, significantBits: bits, options: s.options,
        split: spansPerGroup.map { AttentionSplit(parts: o.floats("parts"), spansPerGroup: $0) })
    }
  }

  /// Spans of random sums joined, some of them of keys without weight.
  public static func attentionMerge(
    rows: Int, heads: Int, headSize: Int, spans: Int, random: inout CaseRandom
  ) -> KernelCase {
    let width = headSize + Int(PART_WORDS)
    var parts = random.floats(rows * heads * spans * width, exponents: -100...30)
    for place in 0..<rows * heads {
      let existing = random.below(spans + 1)
      for c in 0..<spans {
        let tail = (place * spans + c) * width + headSize
        parts[tail] = random.oneIn(9) ? -.infinity : random.unit() * random.element([1, 30, 100])
        parts[tail + 1] = random.oneIn(9) ? 0 : 1 + 63 * random.unit()
        parts[tail + 2] = c < existing ? 1 : 0
      }
    }
    let bits = random.significantBits()
    return KernelCase(
      "rows \(rows), heads \(heads) of \(headSize), spans \(spans), bits \(bits)",
      [
        .floats("parts", [rows, heads, spans, width], parts),
        .output("out", .float, [rows, heads, headSize]),
      ]
    ) { list, o in
      list.attentionMerge(
        o.floats("parts"), out: o.floats("out"), rows: rows, heads: heads, headSize: headSize, spans: spans,
        significantBits: bits)
    }
  }
}

/// A family whose shapes `change` adapts after they were drawn; half of them under a mask.
private func attentionFamily(
  _ name: String, of kernel: Kernel = .treeAttention, tree: Bool? = nil,
  headSizes: [Int] = [32, 64, 80, 96, 128, 256],
  _ change: @escaping @Sendable (inout AttentionShape, inout CaseRandom) -> Void
) -> CaseFamily {
  CaseFamily(kernel, name) { random in
    let isMasked = tree ?? random.oneIn(2)
    var shape = random.attentionShape(
      headSize: random.element(headSizes), ratio: random.element([1, 2, 4]), tree: isMasked)
    change(&shape, &random)
    shape.fillSteps()
    let spansPerGroup = kernel == .attentionSpans ? random.integer(1...4) : nil
    return .treeAttention(shape, spansPerGroup: spansPerGroup, random: &random)
  }
}

private func addPages(_ shape: inout AttentionShape, _ random: inout CaseRandom) {
  shape.pageSize = random.element([1, 3, 16, 32, 64])
  shape.lacksPages = random.oneIn(4)
}

private func addBatch(_ shape: inout AttentionShape, _ random: inout CaseRandom) {
  addPages(&shape, &random)
  shape.sequences = random.integer(2...5)
}

private let headFamilies = [32, 64, 80, 96, 128, 256].flatMap { headSize in
  [1, 2, 4].flatMap { ratio in
    [false, true].map { tree in
      CaseFamily(.treeAttention, "head\(headSize)-ratio\(ratio)-\(tree ? "tree" : "causal")") { random in
        .treeAttention(
          random.attentionShape(headSize: headSize, ratio: ratio, tree: tree), random: &random)
      }
    }
  }
}

private let patternFamilies: [CaseFamily] =
  [("forest", .forest), ("blocks", .blocks), ("lookAhead", .lookAhead), ("anyBits", .anyBits)].map {
    (name: String, pattern: MaskPattern) in attentionFamily(name, tree: true) { s, _ in s.pattern = pattern }
  } + [
    attentionFamily("anySize", headSizes: (1...128).map { 2 * $0 }) { _, _ in },
    attentionFamily("window") { s, random in
      s.options.window = random.element([1, 2, 17, 63, 64, 65, random.integer(1...400)])
      s.pattern = random.element(MaskPattern.allCases)
    },
    attentionFamily("softCap") { s, random in s.options.softCap = random.element([0.5, 30, 50]) },
    attentionFamily("cross") { s, _ in s.options.isCross = true },
    attentionFamily("pages") { addPages(&$0, &$1) },
    attentionFamily("batch") { addBatch(&$0, &$1) },
    attentionFamily("batch-window") { s, random in
      addBatch(&s, &random)
      s.pattern = random.element(MaskPattern.allCases)
      s.options.window = random.integer(1...200)
    },
  ]

private let formatFamilies = [KeyValueFormat.bf16, .q8].flatMap { format in
  [
    attentionFamily("\(format)") { s, _ in s.format = format },
    attentionFamily("\(format)-batch") { s, random in
      s.format = format
      addBatch(&s, &random)
    },
  ]
}

/// Heads of q8 that begin inside blocks.
private let blockFamilies = [
  attentionFamily("q8-anySize", headSizes: (1...32).map { 8 * $0 }) { s, _ in s.format = .q8 },
  attentionFamily("q8-keys", headSizes: [8, 40, 80, 112]) { s, random in
    s.format = .q8
    s.options.keysPerLane = random.element([1, 2, 4, 8])
  },
]

private let layoutFamilies =
  ([1, 2, 4, 8] as [Int]).map { keys in
    attentionFamily("keys\(keys)", headSizes: [64] + (1...128).map { 2 * $0 }) { s, random in
      s.options.keysPerLane = keys
      s.pattern = random.element(MaskPattern.allCases)
    }
  }
  + ([1, 2, 4, 8] as [Int]).map { rows in
    attentionFamily("rows\(rows)", headSizes: [40, 64]) { s, random in
      s.heads = s.keyHeads
      s.options.rowsPerGroup = rows
      s.options.window = random.oneIn(2) ? 0 : random.integer(1...100)
      s.pattern = random.element(MaskPattern.allCases)
      if random.oneIn(2) { addBatch(&s, &random) }
    }
  }

private let splitFamilies = [
  attentionFamily("one", of: .attentionSpans) { _, _ in },
  attentionFamily("batch", of: .attentionSpans) { s, random in
    addBatch(&s, &random)
    s.format = random.element(KeyValueFormat.allCases)
    s.pattern = random.element(MaskPattern.allCases)
    s.options.window = random.oneIn(2) ? 0 : random.integer(1...200)
    s.options.softCap = random.oneIn(2) ? 0 : 30
  },
  attentionFamily("anySize", of: .attentionSpans, headSizes: (1...128).map { 2 * $0 }) { s, random in
    s.pattern = random.element(MaskPattern.allCases)
  },
  attentionFamily("rows", of: .attentionSpans, headSizes: [40, 64]) { s, random in
    s.heads = s.keyHeads
    s.options.rowsPerGroup = random.element([1, 2, 4, 8])
    s.options.window = random.oneIn(2) ? 0 : random.integer(1...100)
    s.pattern = random.element(MaskPattern.allCases)
    if random.oneIn(2) { addBatch(&s, &random) }
  },
  attentionFamily("keys", of: .attentionSpans) { s, random in
    s.options.keysPerLane = random.element([1, 2, 4, 8])
    s.format = random.element(KeyValueFormat.allCases)
  },
  CaseFamily(.attentionMerge) { random in
    .attentionMerge(
      rows: random.integer(1...3), heads: random.integer(1...5), headSize: 2 * random.integer(1...128),
      spans: random.oneIn(4) ? random.integer(60...200) : random.integer(1...9), random: &random)
  },
]

let treeAttentionFamilies =
  headFamilies + patternFamilies + formatFamilies + blockFamilies + layoutFamilies + splitFamilies
