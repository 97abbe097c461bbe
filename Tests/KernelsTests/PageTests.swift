import Kernels
import ShaderInterface
import Testing

@testable import Conformance

extension KernelsTests {
  /// Random allocation, growth, rollback, fork and eviction against sequences that simply keep their own slots.
  @Suite(.needsDevice) struct PageTests {
    private static let (sequences, pages, entries, pageSize) = (5, 24, 6, 4)

    @Test(arguments: KeyValueFormat.allCases)
    func `A parted page takes its rows along, whatever their format`(format: KeyValueFormat) throws {
      try withDevice { backend in
        let (pages, pageSize, keyColumns) = (3, 2, 64)
        let pool = try PagePool(
          backend: backend, sequences: 1, pages: pages, pagesPerSequence: 2, pageSize: pageSize)
        let cache = try KeyValueCache(
          backend: backend, slots: pages * pageSize, keyColumns: keyColumns, format: format, label: "cache")
        let before = (0..<cache.keys.count).map { UInt32($0) }
        for plane in [cache.keys, cache.values] { try backend.write(before, to: plane) }
        try backend.write([0, 2] as [UInt32], to: pool.copies)
        try backend.run("copy") { $0.copyPages(pool, cache: cache) }
        let pageWords = pageSize * format.rowWords(keyColumns: keyColumns)
        var expected = before
        expected.replaceSubrange(2 * pageWords..<3 * pageWords, with: before[..<pageWords])
        for plane in [cache.keys, cache.values] {
          #expect(firstDifference(try backend.read(plane), expected) == nil)
        }
      }
    }

    @Test func `A sequence without rows takes no page, even if it shares a partly filled one`() throws {
      try withDevice { backend in
        for backend in [backend, ReferenceBackend()] as [any Backend] {
          let pool = try PagePool(backend: backend, sequences: 3, pages: 3, pagesPerSequence: 1, pageSize: 4)
          try backend.write([0, 0, NO_PAGE], to: pool.table)
          try backend.write([2, 0, 0] as [UInt32], to: pool.counts)
          let states = [(2, 0), (2, 0), (0, 1)].map { SequenceState(length: $0.0, nodes: $0.1) }
          let state = try backend.makeTensor(states.flatMap(\.words), "states")
          try backend.run("allocate") { $0.allocatePages(pool, state: state) }
          #expect(try backend.read(pool.status) == [STATUS_OK, STATUS_OK, STATUS_OK])
          #expect(try backend.read(pool.table) == [0, 0, 1])
          #expect(try backend.read(pool.counts) == [2, 1, 0])
          #expect(try backend.read(pool.copies) == [UInt32](repeating: NO_PAGE, count: 6))
        }
      }
    }

    @Test func `A batch of which a part takes part compacts as it would alone`() throws {
      try withDevice { backend in
        let (nodes, sequences, all, entries, pageSize) = (4, 3, 8, 2, 4)
        var random = CaseRandom(seed: 1, family: "partial batch", index: 0)
        var results: [UInt32] = []
        for _ in 0..<all {
          results += random.result(accepted: 2, maximumNodes: nodes, length: random.below(3))
        }
        let before = (0..<UInt32(sequences * entries * pageSize)).map { $0 }  // a word a slot
        func slots(_ results: [UInt32]) throws -> [UInt32] {
          let table = try backend.makeTensor((0..<UInt32(sequences * entries)).map { $0 }, "table")
          let cache = try KeyValueCache(
            backend: backend, slots: sequences * entries * pageSize, keyColumns: 2,
            pages: PageTable(entries: table, pageSize: pageSize, pagesPerSequence: entries), label: "cache")
          try backend.write(before, to: cache.keys)
          let result = try backend.makeTensor(results, "results")
          try backend.run("compact") {
            $0.compactCache(cache, result: result, maximumNodes: nodes, sequences: sequences)
          }
          return try backend.read(cache.keys)
        }
        let words = sequences * TreeBuffers.resultWords(maximumNodes: nodes)
        let (inPart, alone) = (try slots(results), try slots(Array(results[..<words])))
        #expect(firstDifference(inPart, alone) == nil && alone != before)
      }
    }

    @Test func `A history of more sequences than take part needs its capacity`() throws {
      let backend = ReferenceBackend()
      let tree = try TreeBuffers(backend: backend, maximumNodes: 4, sequences: 4)
      let history: Tensor<UInt32> = try backend.makeTensor(4 * 16, "history")
      expectRefusal(
        "commitRound: 2 of 4 sequences: how many of the 64 words of history has each?", backend
      ) { $0.commitRound(tree: tree, history: history, sequences: 2) }
      try backend.run("commit") {
        $0.commitRound(tree: tree, history: history, historyCapacity: 16, sequences: 2)
      }
    }

    @Test func `Memory of absurd sizes is refused`() {
      let backend = ReferenceBackend()
      for size in [-1, Int.max, Int.max / 2, 1 << 40] {
        #expect(throws: BackendError.self) {
          try KeyValueCache(backend: backend, slots: size, keyColumns: 64, label: "cache")
        }
        #expect(throws: BackendError.self) {
          try DistributionRows(backend: backend, rows: size, vocabulary: size, label: "rows")
        }
        #expect(throws: BackendError.self) { try TreeBuffers(backend: backend, maximumNodes: size) }
        #expect(throws: BackendError.self) {
          let _: Tensor<Float> = try backend.makeTensor(size, "tensor")
        }
      }
    }

    /// A pool on a backend, and what every sequence should read through its table: one word a slot.
    private final class Model {
      let backend: any Backend
      let pool: PagePool
      let cache: KeyValueCache
      let state, sources, newTable: Tensor<UInt32>
      var contents = [[UInt32]](repeating: [], count: sequences)
      private var nextWord: UInt32 = 1

      init(_ backend: any Backend) throws {
        self.backend = backend
        pool = try PagePool(
          backend: backend, sequences: sequences, pages: pages, pagesPerSequence: entries, pageSize: pageSize)
        cache = try KeyValueCache(backend: backend, slots: pages * pageSize, keyColumns: 2, label: "cache")
        state = try backend.makeTensor(sequences * Int(STATE_WORDS), "states")
        sources = try backend.makeTensor(sequences, "sources")
        newTable = try backend.makeTensor(sequences * entries, "new table")
      }

      func writeState(nodes: [Int]) throws {
        let words = (0..<sequences).flatMap { s -> [UInt32] in
          [UInt32(contents[s].count), 0, 0, UInt32(nodes[s]), 0, 0, 0, 0]
        }
        try backend.write(words, to: state)
      }

      /// Sequence s takes nodes[s] more slots if it gets pages for them.
      func append(_ nodes: [Int]) throws -> Int {
        try writeState(nodes: nodes)
        try backend.run("append") {
          $0.allocatePages(pool, state: state)
          $0.copyPages(pool, cache: cache)
        }
        let (table, status) = (try backend.read(pool.table), try backend.read(pool.status))
        var words = try backend.read(cache.keys)
        for s in 0..<sequences where status[s] == STATUS_OK {
          for _ in 0..<nodes[s] {
            let slot = contents[s].count
            let page = Int(table[s * entries + slot / pageSize])
            words[page * pageSize + slot % pageSize] = nextWord
            contents[s].append(nextWord)
            nextWord += 1
          }
        }
        for plane in [cache.keys, cache.values] { try backend.write(words, to: plane) }
        return status.filter { $0 != STATUS_OK }.count
      }

      func truncate(_ lengths: [Int]) throws {
        for s in 0..<sequences { contents[s].removeLast(max(0, contents[s].count - lengths[s])) }
        try writeState(nodes: [Int](repeating: 0, count: sequences))
        try backend.run("release") { $0.releasePages(pool, state: state) }
      }

      func fork(_ from: [Int]) throws {
        try writeState(nodes: [Int](repeating: 0, count: sequences))
        try backend.write(from.map { UInt32($0) }, to: sources)
        try backend.run("fork") {
          $0.forkPages(pool, sources: sources, state: state, into: newTable)
          $0.copy(newTable, to: pool.table)
        }
        contents = from.map { $0 < sequences ? contents[$0] : [] }
      }

      /// Every sequence reads its own slots, and counts say how many entries name a page.
      func check() throws {
        let (table, counts) = (try backend.read(pool.table), try backend.read(pool.counts))
        let words = try backend.read(cache.keys)
        #expect(words == (try backend.read(cache.values)))
        for s in 0..<sequences {
          let found = contents[s].indices.map { slot in
            words[Int(table[s * entries + slot / pageSize]) * pageSize + slot % pageSize]
          }
          #expect(found == contents[s], "sequence \(s)")
        }
        for page in 0..<pages { #expect(Int(counts[page]) == table.filter { $0 == UInt32(page) }.count) }
      }
    }

    @Test(arguments: 0..<6)
    func `Sequences keep their slots`(index: Int) throws {
      try withDevice { backend in
        for backend in [backend, ReferenceBackend()] as [any Backend] {
          let model = try Model(backend)
          var random = CaseRandom(seed: 4, family: "pages", index: index)
          var refused = 0
          for _ in 0..<40 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
              try model.fork(
                (0..<Self.sequences).map { s in
                  Bool.random(using: &random) ? s : Int.random(in: 0...Self.sequences, using: &random)
                })
            case 1:
              try model.truncate(
                model.contents.map { Int.random(in: max(0, $0.count - 5)...$0.count, using: &random) })
            default:
              refused += try model.append(
                (0..<Self.sequences).map { _ in Int.random(in: 0...5, using: &random) })
            }
            try model.check()
          }
          #expect(refused > 0)
        }
      }
    }
  }
}
