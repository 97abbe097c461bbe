import Kernels
import Numerics
import ShaderInterface
import Testing

extension KernelsTests {
  /// What callers compute on the host from a file or a device result: numbers of any kind give a count or a typed error.
  @Suite struct HostSizeTests {
    private static let sizes = [
      Int.min, Int.min + 1, -(1 << 40), -3, -1, 0, 1, 2, 7, 33, 1024, 1025, 1 << 20, 1 << 21, 1 << 31,
      1 << 32, 1 << 40,
      .max - 1, .max,
    ]

    @Test func `Counts of random sizes never trap, and a size below 0 is no memory`() throws {
      let words: Tensor<UInt32> = try ReferenceBackend().makeTensor(64, "words")
      let seed: UInt64 = 1
      var random = SplitMix64(seed)
      for _ in 0..<20_000 {
        let s = (0..<4).map { _ in Self.sizes.randomElement(using: &random)! }
        let pages = PageTable(entries: words, pageSize: s[0], pagesPerSequence: s[1])
        let counts: [(Int, [Int])] = [
          (SortedChoices.groups(rows: s[0], matrices: s[1], rowsPerGroup: s[2]), []),
          (SortedChoices.wordCount(rows: s[0], matrices: s[1], rowsPerGroup: s[2]), Array(s[...2])),
          (AttentionSplit.count(rows: s[0], heads: s[1], headSize: s[2], capacity: s[3]), s),
          (quantizedWordCount(columns: s[0]), [s[0]]),
          (TreeBuffers.resultWords(maximumNodes: s[0]), [s[0]]),
          (
            ScanShape(heads: s[0], headSize: s[1], stateSize: s[2], groups: s[3]).stateCount, Array(s[...2])
          ),
          (
            KeyValueCache(keys: words, values: words, slots: 4, keyColumns: 4, pages: pages).capacity,
            Array(s[...1])
          ),
          (
            PackedWeights.wordCount(
              PackedWeights.Format.allCases[abs(s[3] % 6)], outputs: s[0], inputs: s[1]),
            Array(s[...1])
          ),
          (KeyValueFormat.f16.rowWords(keyColumns: s[0]), [s[0]]),
          (KeyValueFormat.bf16.rowWords(keyColumns: s[0]), [s[0]]),
          (KeyValueFormat.q8.rowWords(keyColumns: s[0]), [s[0]]),
        ]
        for (index, (count, sizes)) in counts.enumerated() {
          #expect(count >= 0, "seed \(seed), count \(index): \(s)")
          let isNegative = sizes.contains { $0 < 0 }
          #expect(!isNegative || count == .max, "seed \(seed), count \(index): \(s)")
        }
        #expect((1...16).contains(matmulRowsPerGroup(rows: s[0])))
      }
    }

    @Test func `No backend makes memory of the count of absurd sizes`() {
      for count in [
        SortedChoices.wordCount(rows: 8, matrices: 4, rowsPerGroup: 0), quantizedWordCount(columns: .max),
        AttentionSplit.count(rows: .max, heads: 8, headSize: 64, capacity: 4096),
        KeyValueFormat.f16.rowWords(keyColumns: .max), KeyValueFormat.q8.rowWords(keyColumns: .max),
        TreeBuffers.resultWords(maximumNodes: .max), PackedWeights.wordCount(.f16, outputs: -1, inputs: 8),
      ] {
        #expect(throws: BackendError.self) {
          let _: Tensor<UInt32> = try ReferenceBackend().makeTensor(count, "absurd")
        }
      }
    }

    @Test func `Sizes in range count as before`() {
      #expect(matmulRowsPerGroup(rows: 0) == 1)
      #expect(
        [1, 3, 4, 5, 9, 16, 17, 64, .max].map { matmulRowsPerGroup(rows: $0) } == [
          1, 3, 4, 6, 10, 16, 10, 16, 16,
        ])
      #expect(SortedChoices.groups(rows: 40, matrices: 3, rowsPerGroup: 16) == 2 + 4)
      #expect(SortedChoices.wordCount(rows: 40, matrices: 3, rowsPerGroup: 16) == 6 * 17)
      #expect([1, 16, 17].map { quantizedWordCount(columns: $0) } == [8, 8, 12])
      #expect(
        AttentionSplit.count(rows: 2, heads: 3, headSize: 8, capacity: 257) == 2 * 3 * 2
          * (8 + Int(PART_WORDS)))
      #expect(TreeBuffers.resultWords(maximumNodes: 5) == Int(RESULT_PATH + RESULT_ARRAYS * 5))
      #expect([0, 2, 64].map { KeyValueFormat.f16.rowWords(keyColumns: $0) } == [0, 1, 32])
      #expect(
        [0, 8, 32, 56, 64, 72].map { KeyValueFormat.q8.rowWords(keyColumns: $0) } == [0, 4, 12, 16, 20, 20])
    }

    @Test(
      arguments: [
        (4, 20, KeyValueFormat.q8, "a cache of 20 key columns in q8_0, multiples of 8 are possible"),
        (4, 7, .f16, "a cache of 7 key columns in f16, multiples of 2 are possible"),
        (4, 0, .bf16, "a cache of 4 slots of 0 key columns, at least 1 of 2"),
        (0, 8, .q8, "a cache of 0 slots of 8 key columns, at least 1 of 2"),
        (4, -8, .q8, "a size of -8; 0 to 1048576 are possible"),
        (4, .max, .q8, "a size of \(Int.max); 0 to 1048576 are possible"),
      ])
    func `A cache that no kernel takes is not made`(
      slots: Int, columns: Int, format: KeyValueFormat, reason: String
    ) throws {
      let error = #expect(throws: BackendError.self) {
        _ = try KeyValueCache(
          backend: ReferenceBackend(), slots: slots, keyColumns: columns, format: format, label: "cache")
      }
      #expect(error?.description == "KeyValueCache: \(reason)")
    }

    @Test func `A tensor beyond its storage is refused`() throws {
      let storage = Storage(byteCount: 64, label: "words")
      for (offset, count) in [
        (0, 17), (0, Int.max), (0, -1), (0, .min), (-4, 1), (.min, 1), (.max, 1), (64, 1), (68, 0), (60, 2),
        (61, 1),
      ] {
        let error = #expect(throws: BackendError.self) {
          _ = try Tensor<Float>(storage: storage, byteOffset: offset, count: count)
        }
        #expect(
          error?.description.hasPrefix("Tensor: \(count) elements of 4 bytes from byte \(offset)") == true)
      }
      let last = try Tensor<Float>(storage: storage, byteOffset: 56, count: 2)
      #expect(last.reinterpreted(as: UInt32.self).byteOffset == 56)
      #expect(last.reinterpreted(as: UInt64.self).count == 1)
      #expect(try Tensor<Float>(storage: storage, byteOffset: 64, count: 0).byteCount == 0)
    }

    @Test func `Words that no verifier wrote are refused`() throws {
      let nodes = 4
      let needed = TreeBuffers.resultWords(maximumNodes: nodes)
      var words = [UInt32](repeating: 0, count: needed)
      words[Int(RESULT_ACCEPTED)] = 3
      #expect(try RoundResult(words: words, maximumNodes: nodes).acceptedCount == 3)
      for accepted: UInt32 in [4, 5, .max] {
        words[Int(RESULT_ACCEPTED)] = accepted
        expectRefusal("RoundResult: \(accepted) draft tokens accepted in a tree of 4 nodes") {
          _ = try RoundResult(words: words, maximumNodes: nodes)
        }
      }
      words[Int(RESULT_ACCEPTED)] = 0
      expectRefusal("RoundResult: \(words.count) words of a tree of 5 nodes, which needs ") {
        _ = try RoundResult(words: words, maximumNodes: 5)
      }
      for nodes in [1025, 1 << 40, .max, 0, -1, .min] {
        let reason = "RoundResult: a tree of \(nodes) nodes, 1 to 1024 are possible"
        expectRefusal(reason) { _ = try RoundResult(words: words, maximumNodes: nodes) }
        expectRefusal(reason) { _ = try RoundResult.batch(words, maximumNodes: nodes, sequences: 0) }
      }
      expectRefusal("RoundResult: 0 words of 1 trees") {
        _ = try RoundResult.batch([], maximumNodes: nodes, sequences: 1)
      }
      for sequences in [-1, 2, .max, .min] {
        expectRefusal(
          sequences < 0
            ? "RoundResult: \(sequences) trees; 0 or more are possible"
            : "RoundResult: \(words.count) words of \(sequences) trees of 4 nodes, which need "
        ) {
          _ = try RoundResult.batch(words, maximumNodes: nodes, sequences: sequences)
        }
      }
      #expect(try RoundResult.batch([], maximumNodes: nodes, sequences: 0).isEmpty)
      #expect(try RoundResult.batch(words, maximumNodes: nodes, sequences: 1).map(\.path) == [[0]])
    }

    private func expectRefusal(_ text: String, _ body: () throws -> Void) {
      let error = #expect(throws: BackendError.self) { try body() }
      guard case .invalidCall? = error else {
        Issue.record("\(text): \(String(describing: error))")
        return
      }
      #expect(error?.description.hasPrefix(text) == true, "\(error?.description ?? "")")
    }
  }
}
