import Kernels
import ShaderInterface
import Testing

extension KernelsTests {
  /// Sequences of a batch that have no nodes in a round.
  @Suite(.needsDevice) struct SittingOutTests {
    @Test func `A sequence without nodes keeps its state, and the others do not notice`() throws {
      try withDevice { backend in
        for backend in [backend, ReferenceBackend()] as [any Backend] {
          let (states, idle) = try Self.round(backend, middle: 0)
          let (others, busy) = try Self.round(backend, middle: 1)
          #expect(idle.map(\.status) == [[], .idle, []])
          #expect(states[1] == Self.states(middle: 0)[1])
          #expect(
            [states[0], states[2]] == [others[0], others[2]] && [idle[0], idle[2]] == [busy[0], busy[2]])
          #expect(states[0].length == 7 && busy[1].tokens == [5] && busy[1].status == [])
        }
      }
    }

    /// Its page is another's too, and no other one is free.
    @Test func `A sequence that gets no page writes into no shared one`() throws {
      try withDevice { backend in
        for backend in [backend, ReferenceBackend()] as [any Backend] {
          let (pageSize, columns) = (4, 2)
          let pool = try PagePool(
            backend: backend, sequences: 2, pages: 1, pagesPerSequence: 1, pageSize: pageSize)
          let cache = try KeyValueCache(
            backend: backend, slots: pageSize, keyColumns: columns,
            pages: PageTable(entries: pool.table, pageSize: pageSize, pagesPerSequence: 1), label: "cache")
          try backend.write([0, 0] as [UInt32], to: pool.table)
          try backend.write([2] as [UInt32], to: pool.counts)
          let before = (1...UInt32(cache.keys.count)).map { $0 }
          try backend.write(before, to: cache.keys)
          let sizes = [SequenceState(length: 3, nodes: 0), SequenceState(length: 1, nodes: 1)]
          let state = try backend.makeTensor(sizes.flatMap(\.words), "states")
          let batch = SequenceBatch(
            sequences: 2, owners: try backend.makeTensor([1] as [UInt32], "owners"))
          let row = try backend.makeTensor([1, 2, 3, 4] as [Float], "key and value")
          try backend.run("append") {
            $0.allocatePages(pool, state: state, sitsOut: true)
            $0.keyValueAppend(
              projected: row, state: state, batch: batch, cache: cache, rows: 1, heads: 0, keyHeads: 1,
              headSize: columns)
          }
          #expect(try backend.read(pool.status) == [STATUS_OK, STATUS_OUT_OF_PAGES])
          #expect(try backend.read(cache.keys) == before)
        }
      }
    }

    private static func states(middle: Int) -> [SequenceState] {
      [
        SequenceState(length: 5, nodes: 2, firstNode: 0),
        SequenceState(length: 9, seed: 8, nodes: middle, lastNode: 1, firstNode: 2),
        SequenceState(length: 7, nodes: 2, firstNode: 3),
      ]
    }

    /// A greedy round of three sequences, of which the second has `middle` nodes.
    private static func round(_ backend: any Backend, middle: Int) throws -> ([SequenceState], [RoundResult])
    {
      let nodes = 2
      let trees = try TreeBuffers(backend: backend, maximumNodes: nodes, sequences: 3)
      let count = trees.tokens.count
      func padded(_ words: [UInt32]) -> [UInt32] {
        words + [UInt32](repeating: 0, count: count - words.count)
      }
      try backend.write(states(middle: middle).flatMap(\.words), to: trees.state)
      try backend.write(padded([1, 3, 2, 4, 6]), to: trees.tokens)
      try backend.write(padded([NO_NODE, 0, NO_NODE, NO_NODE, 0]), to: trees.parents)
      let picks = try backend.makeTensor(padded([3, 8, 5, 9, 9]).flatMap { [$0, STATUS_OK] }, "picks")
      let links: Tensor<UInt32> = try backend.makeTensor(2 * count, "links")
      let history: Tensor<UInt32> = try backend.makeTensor(3 * 20, "history")
      try backend.run("round") {
        $0.treeLayout(trees, links: links, sequences: 3)
        $0.verifyMatch(picks: picks, tree: trees, sequences: 3)
        $0.commitRound(tree: trees, history: history, historyCapacity: 20, sequences: 3)
      }
      let words = try backend.read(trees.state)
      let states = (0..<3).compactMap { s in
        SequenceState(words: Array(words[s * SequenceState.wordCount..<(s + 1) * SequenceState.wordCount]))
      }
      let results = try RoundResult.batch(
        try backend.read(trees.result), maximumNodes: nodes, sequences: 3)
      return (states, results)
    }
  }
}
