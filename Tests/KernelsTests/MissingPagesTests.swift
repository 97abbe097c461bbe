import Conformance
import Kernels
import ShaderInterface
import Testing

extension KernelsTests {
  /// A pool that ran out leaves sequences without pages: attention gives their rows +0.
  @Suite(.needsDevice) struct MissingPagesTests {
    private static let (heads, headSize, pageSize, pages) = (2, 16, 16, 24)
    private static let columns = heads * headSize

    @Test(arguments: KeyValueFormat.allCases, [nil, 1] as [Int?])
    func `A row whose keys all lie in missing pages is +0`(format: KeyValueFormat, spansPerGroup: Int?) throws
    {
      try withDevice { backend in
        let actual = try Self.attend(backend, format, spansPerGroup)
        let expected = try Self.attend(ReferenceBackend(), format, spansPerGroup)
        for (name, rows) in expected {
          #expect(firstDifference(Self.bits(actual[name]!), Self.bits(rows)) == nil, "\(name)")
        }
        let half = 2 * Self.columns
        for (name, rows) in actual {
          // The pool had no page left for the second sequence.
          #expect(rows[half...].allSatisfy { $0.bitPattern == 0 }, "\(name)")
        }
        for name in ["all", "near"] {
          #expect(
            Set(actual[name]!.prefix(half)).count > half / 2 && actual[name]!.allSatisfy { $0.isFinite })
        }
        #expect(actual["not a number"]!.prefix(Self.columns).allSatisfy { $0.isNaN })
        #expect(Set(actual["first page"]!.prefix(half)).count > half / 2)
        #expect(actual["near, first page"]!.allSatisfy { $0.bitPattern == 0 })
      }
    }

    /// The bits, one for all NaNs.
    private static func bits(_ rows: [Float]) -> [UInt32] {
      rows.map { $0.isNaN ? 0x7fc0_0000 : $0.bitPattern }
    }

    /// The last two rows of two sequences, under windows, with a query that is no number, and when only the first page is left.
    private static func attend(
      _ backend: any Backend, _ format: KeyValueFormat, _ spansPerGroup: Int?
    ) throws -> [String: [Float]] {
      var random = CaseRandom(seed: 1, family: "missing pages", index: 0)
      let pool = try PagePool(
        backend: backend, sequences: 2, pages: pages, pagesPerSequence: pages, pageSize: pageSize)
      let cache = try KeyValueCache(
        backend: backend, slots: pages * pageSize, keyColumns: headSize, format: format,
        pages: PageTable(entries: pool.table, pageSize: pageSize, pagesPerSequence: pages), label: "cache")
      let (first, second) = (330, 300)  // 21 pages, and 19
      let owners = [UInt32](repeating: 0, count: first) + [UInt32](repeating: 1, count: second)
      func floats(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float.random(in: -2..<2, using: &random) }
      }
      let rows = try backend.makeTensor(floats(owners.count * 2 * headSize), "keys and values")
      let prompt = try states(backend, [(0, first, 0), (0, second, first)])
      let batch = SequenceBatch(sequences: 2, owners: try backend.makeTensor(owners, "owners"))
      try backend.run("prompt") {
        $0.allocatePages(pool, state: prompt)
        $0.keyValueAppend(
          projected: rows, state: prompt, batch: batch, cache: cache, rows: owners.count, heads: 0,
          keyHeads: 1,
          headSize: headSize)
      }
      #expect(try backend.read(pool.status) == [STATUS_OK, STATUS_OUT_OF_PAGES])

      let state = try states(backend, [(first - 2, 2, 0), (second - 2, 2, 2)])
      let last = SequenceBatch(sequences: 2, owners: try backend.makeTensor([0, 0, 1, 1], "owners"))
      let depths = try backend.makeTensor([0, 1, 0, 1] as [UInt32], "depths")
      let query = floats(4 * columns).map { ($0 * 16).rounded() / 16 }
      func run(window: Int = 0, query: [Float]) throws -> [Float] {
        let queries = try backend.makeTensor(query, "query")
        let out: Tensor<Float> = try backend.makeTensor(4 * columns, "out")
        let parts: Tensor<Float> = try backend.makeTensor(
          AttentionSplit.count(rows: 4, heads: heads, headSize: headSize, capacity: cache.capacity), "parts")
        try backend.run("attention") {
          $0.treeAttention(
            query: queries, queryColumns: columns, cache: cache, mask: depths, state: state, depths: depths,
            batch: last, out: out, rows: 4, heads: heads, keyHeads: 1, headSize: headSize, maskWords: 0,
            scale: 0.25, options: AttentionOptions(window: window),
            split: spansPerGroup.map { AttentionSplit(parts: parts, spansPerGroup: $0) })
        }
        return try backend.read(out)
      }
      let noNumber = [Float](repeating: .nan, count: columns) + query.dropFirst(columns)
      var results = [
        "all": try run(query: query), "near": try run(window: 40, query: query),
        "not a number": try run(query: noNumber),
      ]
      try backend.run("release") { $0.releasePages(pool, state: state, keep: pageSize) }
      results["first page"] = try run(query: query)
      results["near, first page"] = try run(window: 40, query: query)
      return results
    }

    /// Of lengths, nodes and first nodes.
    private static func states(_ backend: any Backend, _ sizes: [(Int, Int, Int)]) throws -> Tensor<UInt32> {
      try backend.makeTensor(
        sizes.flatMap { SequenceState(length: $0.0, nodes: $0.1, firstNode: $0.2).words }, "states")
    }
  }
}
