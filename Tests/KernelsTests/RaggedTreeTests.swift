import Kernels
import Testing

extension KernelsTests {
  /// Sequences of a batch whose trees differ in size, filled as if all had the largest.
  @Suite(.needsDevice) struct RaggedTreeTests {
    private static let states = [
      SequenceState(length: 5, seed: 1, nodes: 2),
      SequenceState(length: 9, seed: 2, nodes: 4, firstNode: 2),
    ]
    private static let roots: [UInt32] = [100, 99, 200, 99, 99, 99]

    @Test func `A chain drawn for the longest sequence leaves the others' nodes alone`() throws {
      try onAllBackends { backend in
        let vocabulary = 8
        let rows = try DistributionRows(
          backend: backend, rows: Self.roots.count, vocabulary: vocabulary, label: "draft")
        try backend.write([UInt32](repeating: 1, count: rows.weights.count), to: rows.weights)
        try backend.write(Self.roots.flatMap { _ in [UInt32(vocabulary), 0] }, to: rows.totals)
        let state = try backend.makeTensor(Self.states.flatMap(\.words), "state")
        let tokens = try backend.makeTensor(Self.roots, "tokens")
        try backend.run("chains") { list in
          for depth in 1...3 {
            list.drawChildren(
              rows, state: state, tokens: tokens, parents: 1, children: 1, replacement: true,
              firstParent: depth - 1, firstChild: depth, childDepth: depth, sequences: 2)
          }
        }
        let drawn = try backend.read(tokens)
        #expect(drawn[0] == 100 && drawn[2] == 200)
        #expect(try Self.chain(of: 0, rows, on: backend)[1] == drawn[1], "as it is drawn alone")
        #expect(try Self.chain(of: 1, rows, on: backend)[1...] == drawn[3...], "as it is drawn alone")
      }
    }

    /// A sequence alone has the nodes that its tokens have room for, and draft rows of nodes behind them.
    @Test func `Children are drawn into fewer nodes than there are draft rows`() throws {
      try onAllBackends { backend in
        let rows = try DistributionRows(backend: backend, rows: 4, vocabulary: 8, label: "draft")
        try backend.write([UInt32](repeating: 1, count: rows.weights.count), to: rows.weights)
        try backend.write([8, 0, 8, 0, 8, 0, 8, 0] as [UInt32], to: rows.totals)
        let state = try backend.makeTensor(Self.states[0].words, "state")
        let tokens = try backend.makeTensor([99, 99] as [UInt32], "tokens")
        try backend.run("children") {
          $0.drawChildren(
            rows, state: state, tokens: tokens, parents: 1, children: 2, replacement: false,
            firstParent: 3, firstChild: 0, childDepth: 1)
        }
        let drawn = try backend.read(tokens)
        #expect(drawn.allSatisfy { $0 < 8 } && drawn[0] != drawn[1])
      }
    }

    /// A sequence's chain, drawn for it alone.
    private static func chain(
      of sequence: Int, _ rows: DistributionRows, on backend: any Backend
    ) throws -> [UInt32] {
      var own = states[sequence]
      own.firstNode = 0
      let state = try backend.makeTensor(own.words, "state")
      let tokens = try backend.makeTensor([UInt32](repeating: 99, count: 4), "tokens")
      try backend.run("chain") { list in
        for depth in 1...3 {
          list.drawChildren(
            rows, state: state, tokens: tokens, parents: 1, children: 1, replacement: true,
            firstParent: depth - 1, firstChild: depth, childDepth: depth)
        }
      }
      return try backend.read(tokens)
    }

    @Test func `A template for the largest tree fills of a smaller one what it has`() throws {
      try onAllBackends { backend in
        let tokens = try backend.makeTensor(Self.roots, "tokens")
        let candidates = try backend.makeTensor([1, 2, 3, 11, 12, 13] as [UInt32], "candidates")
        let source = try backend.makeTensor([0, 1, 2] as [UInt32], "source")
        let state = try backend.makeTensor(Self.states.flatMap(\.words), "state")
        try backend.run("template") {
          $0.gatherTokens(
            candidates, source: source, tokens: tokens, first: 1, count: 3, sequences: 2, state: state)
        }
        #expect(try backend.read(tokens) == [100, 1, 200, 11, 12, 13])
      }
    }

    private func onAllBackends(_ body: (any Backend) throws -> Void) throws {
      try body(ReferenceBackend())
      try withDevice { try body($0) }
    }
  }
}
