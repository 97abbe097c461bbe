import Kernels
import ShaderInterface

/// A pool in use: tables that name pages, counts that agree with them, but for a damaged one now and then.
public struct RandomPool: Sendable {
  let sequences, pages, pagesPerSequence, pageSize: Int
  var state: [UInt32] = []
  var table: [UInt32] = []
  var counts: [UInt32] = []

  public init(sequences: Int, pages: Int, pagesPerSequence: Int, pageSize: Int) {
    self.sequences = sequences
    self.pages = pages
    self.pagesPerSequence = pagesPerSequence
    self.pageSize = pageSize
  }

  func operands(tableRole: CaseOperand.Role = .inputOutput, stateRole: CaseOperand.Role = .input)
    -> [CaseOperand]
  {
    [
      .words("state", state, role: stateRole),
      .words("table", table, [sequences, pagesPerSequence], role: tableRole),
      .words("counts", counts, role: .inputOutput),
    ]
  }
}

extension CaseRandom {
  /// The shape of a pool, its tables empty.
  mutating func poolShape(pageSize: Int? = nil) -> RandomPool {
    RandomPool(
      sequences: length(oneIn(9) ? 300 : 8), pages: length(oneIn(9) ? 1024 : 40),
      pagesPerSequence: length(20),
      pageSize: pageSize ?? element([1, 2, 3, 16, 32]))
  }

  /// Sequences of different lengths, some sharing the pages of another one.
  mutating func fill(_ pool: inout RandomPool) {
    let entries = pool.pagesPerSequence
    pool.counts = [UInt32](repeating: 0, count: pool.pages)
    var next = below(pool.pages)
    for s in 0..<pool.sequences {
      let slots = below(entries * pool.pageSize + 1)
      var own = state(length: slots, nodes: oneIn(12) ? 0xffff_fff0 : below(3 * pool.pageSize + 2))
      if oneIn(20) { own[Int(STATE_LENGTH)] = element([0xffff_ffff, UInt32(entries * pool.pageSize)]) }
      pool.state += own
      let used = (slots + pool.pageSize - 1) / pool.pageSize
      let source = s > 0 && oneIn(3) ? below(s) : nil
      for e in 0..<entries {
        var page = NO_PAGE
        if e < used + (oneIn(6) ? 1 : 0) {
          if let source, !oneIn(8) {
            page = pool.table[source * entries + e]
          } else if !oneIn(8) {
            // Neighbouring pages mostly, so that many stay free.
            page = UInt32(next)
            next = (next + 1) % pool.pages
          }
        }
        if oneIn(60) { page = element([UInt32(pool.pages), UInt32(below(pool.pages))]) }
        pool.table.append(page)
        if page < pool.pages { pool.counts[Int(page)] += 1 }
      }
    }
    if oneIn(10) { pool.counts[below(pool.pages)] = element([0, 1, 0xffff_ffff]) }
  }

  /// For each sequence one to go on from: itself, another one, none.
  mutating func sources(_ sequences: Int) -> [UInt32] {
    (0..<sequences).map { oneIn(3) ? UInt32($0) : oneIn(6) ? NO_NODE : UInt32(below(sequences + 1)) }
  }
}

extension BoundOperands {
  func pool(_ pool: RandomPool) -> PagePool {
    func words(_ name: String) -> Tensor<UInt32> { tensors[name] ?? tensors.values.first! }
    return PagePool(
      table: words("table"), counts: words("counts"), scratch: words("scratch"), copies: words("copies"),
      status: words("status"), sequences: pool.sequences, pages: pool.pages,
      pagesPerSequence: pool.pagesPerSequence, pageSize: pool.pageSize)
  }
}

extension KernelCase {
  private init(
    _ pool: RandomPool, _ text: String, _ operands: [CaseOperand],
    record: @escaping @Sendable (any CommandList, BoundOperands) -> Void
  ) {
    self.init(
      "sequences \(pool.sequences), pages \(pool.pages) of \(pool.pageSize), entries \(pool.pagesPerSequence)\(text)",
      operands, record: record)
  }

  /// Pages for the nodes of each sequence, or for as many rows of all.
  public static func allocatePages(_ shape: RandomPool, random: inout CaseRandom) -> KernelCase {
    var filled = shape
    random.fill(&filled)
    let pool = filled
    let rows = random.oneIn(2) ? nil : random.length(3 * pool.pageSize)
    let sitsOut = random.oneIn(2)
    return KernelCase(
      pool, ", rows \(rows ?? 0)\(sitsOut ? ", sitting out" : "")",
      pool.operands(stateRole: .inputOutput) + [
        .output("scratch", .word, [2, pool.pages], role: .scratch),
        .output("copies", .word, [pool.sequences, 2]), .output("status", .word, [pool.sequences]),
      ]
    ) { list, o in
      list.allocatePages(o.pool(pool), state: o.words("state"), rows: rows, sitsOut: sitsOut)
    }
  }

  /// Pages given back beyond the committed slots, or fewer.
  public static func releasePages(_ shape: RandomPool, random: inout CaseRandom) -> KernelCase {
    var filled = shape
    random.fill(&filled)
    let pool = filled
    let keep = random.oneIn(2) ? nil : random.below(pool.pagesPerSequence * pool.pageSize)
    return KernelCase(pool, ", keep \(keep.map(String.init) ?? "all")", pool.operands()) { list, o in
      list.releasePages(o.pool(pool), state: o.words("state"), keep: keep)
    }
  }

  /// Sequences that go on from others.
  public static func forkPages(_ shape: RandomPool, random: inout CaseRandom) -> KernelCase {
    var filled = shape
    random.fill(&filled)
    let pool = filled
    return KernelCase(
      pool, "",
      pool.operands(tableRole: .input) + [
        .words("sources", random.sources(pool.sequences)),
        .output("newTable", .word, [pool.sequences, pool.pagesPerSequence]),
      ]
    ) { list, o in
      list.forkPages(
        o.pool(pool), sources: o.words("sources"), state: o.words("state"), into: o.words("newTable"))
    }
  }

  /// Pages copied in a cache; no page is both read and written.
  public static func copyPages(_ pool: RandomPool, keyColumns: Int, random: inout CaseRandom) -> KernelCase {
    let slots = pool.pages * pool.pageSize + random.below(3)
    let pages = (0..<pool.pages).map { UInt32($0) }.shuffled(using: &random)
    let copies = (0..<pool.sequences).flatMap { s -> [UInt32] in
      let exists = 2 * s + 1 < pool.pages && !random.oneIn(4)
      return exists ? [pages[2 * s], pages[2 * s + 1]] : [NO_PAGE, random.element([NO_PAGE, pages[0]])]
    }
    return KernelCase(
      pool, ", key columns \(keyColumns)",
      [
        .words("copies", copies, [pool.sequences, 2])
      ] + random.cacheNoise(slots: slots, rowWords: keyColumns / 2)
    ) { list, o in
      list.copyPages(
        o.pool(pool),
        cache: KeyValueCache(
          keys: o.words("keys"), values: o.words("values"), slots: slots, keyColumns: keyColumns))
    }
  }
}

let pageFamilies = [
  CaseFamily(.allocatePages) { .allocatePages($0.poolShape(), random: &$0) },
  CaseFamily(.releasePages) { .releasePages($0.poolShape(), random: &$0) },
  CaseFamily(.forkPages) { .forkPages($0.poolShape(), random: &$0) },
  CaseFamily(.copyPages) { random in
    let pool = random.poolShape(pageSize: random.integer(1...4))
    return .copyPages(pool, keyColumns: 2 * random.length(40), random: &random)
  },
]
