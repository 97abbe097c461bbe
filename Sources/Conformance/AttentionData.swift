import Kernels
import Numerics
import ShaderInterface

/// Everything but the queries of an attention call: states, mask, page table and a cache whose unseen slots are not finite.
struct AttentionData {
  let shape: AttentionShape
  /// Of the whole cache.
  var slots = 0
  var states: [UInt32] = []
  var owners: [UInt32] = []
  var depths: [UInt32] = []
  var mask: [UInt32] = []
  /// u32 `[sequences][pagesPerSequence]`
  var pages: [UInt32] = []
  var pagesPerSequence = 0
  /// u32 `[slots][rowWords]` each
  var keys: [UInt32] = []
  var values: [UInt32] = []
  /// Where slots lie that a row of the call sees.
  private var seenSlots: Set<Int> = []

  init(_ shape: AttentionShape, random: inout CaseRandom) {
    self.shape = shape
    let nodes = random.shares(of: shape.inFlight, among: shape.sequences)
    let lengths = nodes.indices.map { s in
      shape.sequences == 1 || s == 0 ? shape.length : random.below(shape.length + 1)
    }
    owners = random.words(shape.inFlight, below: shape.sequences)
    depths = random.words(shape.inFlight, below: 30)
    mask = random.oneIn(2) ? random.words(shape.inFlight * shape.maskWords) : []
    mask += [UInt32](repeating: 0, count: shape.inFlight * shape.maskWords - mask.count)
    placeSlots(needs: nodes.indices.map { lengths[$0] + nodes[$0] }, random: &random)
    var first = 0
    for s in nodes.indices {
      var state = random.state(length: lengths[s])
      if shape.sequences > 1 {
        state[Int(STATE_FIRST_NODE)] = UInt32(first)
        // A row that its state leaves out is void, and its neighbours do not see it.
        state[Int(STATE_NODES)] = UInt32(random.oneIn(6) ? random.below(nodes[s] + 1) : nodes[s])
      }
      states += state
      let counted = shape.sequences > 1 ? Int(state[Int(STATE_NODES)]) : nodes[s]
      addRows(first..<first + nodes[s], counted: counted, of: s, length: lengths[s], random: &random)
      first += nodes[s]
    }
    if shape.sequences > 1 && random.oneIn(4) {
      owners[random.below(owners.count)] = random.element([UInt32(shape.sequences), 0xffff_ffff])
    }
    let notFinite = CaseRandom.notFinite(shape.format)
    keys = random.cacheRows(shape, slots: slots, finite: seenSlots, others: notFinite.keys)
    values = random.cacheRows(shape, slots: slots, finite: seenSlots, others: notFinite.values)
    // A seen slot may hold them too: its key never wins, and the rows that see it show it.
    if random.oneIn(12), let slot = seenSlots.sorted().first(where: { $0 < slots }) {
      let rowWords = shape.format.rowWords(keyColumns: shape.keyColumns)
      keys[slot * rowWords + random.below(rowWords)] = notFinite.keys
    }
  }

  /// Pages in random order, some of nobody, rarely one missing; or slots in order.
  private mutating func placeSlots(needs: [Int], random: inout CaseRandom) {
    guard shape.pageSize > 0 else {
      slots = max(1, needs[0] + (random.oneIn(6) ? -random.below(4) : random.below(3)))
      return
    }
    let counts = needs.map { ($0 + shape.pageSize - 1) / shape.pageSize }
    pagesPerSequence = max(1, counts.max() ?? 1) + random.below(2)
    let pool = counts.reduce(0, +) + random.integer(1...3)
    slots = pool * shape.pageSize
    var free = Array(0..<UInt32(pool)).shuffled(using: &random)
    for count in counts {
      let present =
        switch shape.lacksPages ? random.below(3) : 3 {
        case 0: 0..<0
        case 1: random.below(count + 1)..<count
        case 2: 0..<random.below(count + 1)
        default: 0..<count
        }
      for index in 0..<pagesPerSequence {
        let isMissing = !present.contains(index) || random.oneIn(40)
        pages.append(isMissing ? random.element([UInt32(pool), 0xffff_ffff]) : free.removeLast())
      }
    }
  }

  /// Owners, depths, mask bits and seen slots of one sequence's rows.
  private mutating func addRows(
    _ rows: Range<Int>, counted: Int, of sequence: Int, length: Int, random: inout CaseRandom
  ) {
    let visible = random.visibility(shape.pattern, count: rows.count)
    for (i, row) in rows.enumerated() {
      owners[row] = UInt32(sequence)
      depths[row] = visible.depths[i]
      for j in rows.indices.map({ $0 - rows.lowerBound }) where shape.maskWords > 0 {
        let word = row * shape.maskWords + j / 32
        let bit = UInt32(1) << UInt32(j % 32)
        mask[word] = visible.seen[i][j] ? mask[word] | bit : mask[word] & ~bit
      }
    }
    for (i, row) in rows.enumerated() {
      guard i < counted, (shape.firstRow..<shape.firstRow + shape.rows).contains(row) else { continue }
      let window = shape.options.window
      func isNear(_ distance: Int) -> Bool { window == 0 || distance < window }
      for slot in 0..<length where isNear(length + Int(depths[row]) - slot) { see(slot, of: sequence) }
      guard !shape.options.isCross else { continue }
      for j in 0..<counted where shape.maskWords == 0 ? j <= i : visible.seen[i][j] {
        if isNear(Int(depths[row]) - Int(depths[rows.lowerBound + j])) { see(length + j, of: sequence) }
      }
    }
  }

  private mutating func see(_ slot: Int, of sequence: Int) {
    guard shape.pageSize > 0 else {
      seenSlots.insert(slot)
      return
    }
    let page = Int(pages[sequence * pagesPerSequence + slot / shape.pageSize])
    seenSlots.insert(page * shape.pageSize + slot % shape.pageSize)
  }

  /// In binding order, without queries and results; what a call does not take is noise that it must not use.
  func operands(random: inout CaseRandom) -> [CaseOperand] {
    func words(_ name: String, _ words: [UInt32], _ shape: [Int], if isUsed: Bool) -> CaseOperand {
      isUsed ? .words(name, words, shape) : .words(name, random.words(1), role: .unused)
    }
    let s = shape
    let rows = [slots, s.format.rowWords(keyColumns: s.keyColumns)]
    return [
      CaseOperand("keys", .input, .halves, shape: rows, keys),
      CaseOperand("values", .input, .halves, shape: rows, values),
      words("mask", mask, [s.inFlight, s.maskWords], if: s.maskWords > 0),
      .words("state", states, [s.sequences, Int(STATE_WORDS)]),
      words("depths", depths, [s.inFlight], if: s.options.window > 0),
      words("owners", owners, [s.inFlight], if: s.sequences > 1),
      words("pages", pages, [s.sequences, pagesPerSequence], if: s.pageSize > 0),
    ]
  }
}

extension AttentionShape {
  /// The cache, batch and depths of a case with operands "keys", "values", "pages", "owners", "depths".
  func cache(_ o: BoundOperands, slots: Int, pagesPerSequence: Int) -> KeyValueCache {
    KeyValueCache(
      keys: o.words("keys"), values: o.words("values"), slots: slots, keyColumns: keyColumns, format: format,
      pages: pageSize == 0
        ? nil : PageTable(entries: o.words("pages"), pageSize: pageSize, pagesPerSequence: pagesPerSequence))
  }
}

extension CaseRandom {
  /// `total` in `count` parts, some empty.
  mutating func shares(of total: Int, among count: Int) -> [Int] {
    let cuts = [0] + (1..<count).map { _ in below(total + 1) }.sorted() + [total]
    return zip(cuts, cuts.dropFirst()).map { $1 - $0 }
  }

  /// A cache of noise that a kernel writes into.
  mutating func cacheNoise(slots: Int, rowWords: Int) -> [CaseOperand] {
    ["keys", "values"].map {
      CaseOperand($0, .inputOutput, .halves, shape: [slots, rowWords], words(slots * rowWords))
    }
  }

  /// Words of keys and of values that are NaN and infinity in a cache.
  fileprivate static func notFinite(_ format: KeyValueFormat) -> (keys: UInt32, values: UInt32) {
    switch format {
    case .f16: (0x7c00_7e00, 0x7e00_fc00)
    case .bf16: (0x7f80_7fc0, 0x7fc0_ff80)
    case .q8: (0x7e00_7e00, 0x7e00_7e00)
    }
  }

  /// The keys or the values of a cache; slots outside `finite` hold the word `others`.
  fileprivate mutating func cacheRows(
    _ shape: AttentionShape, slots: Int, finite: Set<Int>, others: UInt32
  ) -> [UInt32] {
    let columns = shape.keyColumns
    let rowWords = shape.format.rowWords(keyColumns: columns)
    var list: [UInt32]
    switch shape.format {
    case .f16: list = halfWords(halves(slots * columns))
    case .bf16: list = halfWords(floats(slots * columns, exponents: -39...30).map(bfloatBits))
    case .q8:
      list = words(slots * rowWords)
      let scales = halves(slots * rowWords * 2)
      for row in 0..<slots {
        for w in columns / 4..<rowWords {
          list[row * rowWords + w] = UInt32(scales[(row * rowWords + w) * 2]) | UInt32(scales[w]) << 16
        }
      }
    }
    for slot in 0..<slots where !finite.contains(slot) {
      for w in slot * rowWords..<(slot + 1) * rowWords { list[w] = others }
    }
    return list
  }
}
