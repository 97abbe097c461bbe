import Kernels
import ShaderInterface
import Testing

@testable import Conformance

extension KernelsTests {
  /// Trees grown by a draft that runs over a batch (EAGLE-2): rows of a sequence stand `maximumRows` apart, and each node
  /// takes the hidden row of its parent.
  @Suite(.needsDevice) struct BatchGrowthTests {
    private static let (sequences, vocabulary, hidden, depths) = (3, 50, 12, 4)
    private static let (width, count) = (4, 5)
    private static let maximumRows = 1 + (depths - 1) * width

    @Test func `A batch grows the trees that its sequences grow alone`() throws {
      var random = CaseRandom(seed: 1, family: "batch growth", index: 0)
      let head = random.floats(
        Self.vocabulary * Self.hidden, pattern: .plain, exponents: 0...0)
      let table = random.halves(Self.vocabulary * Self.hidden).map { $0 & 0xbfff }
      // What the target leaves: the root's token and the hidden row that gave it.
      let roots = random.words(Self.sequences, below: Self.vocabulary)
      let features = random.floats(Self.sequences * Self.hidden, pattern: .plain, exponents: 0...0)
      try withDevice { device in
        for backend in [device, ReferenceBackend()] as [any Backend] {
          let together = try Draft(backend, head, table, roots: roots, features: features).grow()
          for s in 0..<Self.sequences {
            let alone = try Draft(
              backend, head, table, roots: [roots[s]],
              features: Array(features[s * Self.hidden..<(s + 1) * Self.hidden])
            ).grow()
            let words = alone.count
            #expect(firstDifference(Array(together[s * words..<(s + 1) * words]), alone) == nil)
            #expect(Set(alone).count > 20)
          }
        }
      }
    }

    /// A draft head of one layer: hidden row of a node = that of its parent + its token's embedding.
    private struct Draft {
      let backend: any Backend
      let sequences: Int
      let growth: TreeGrowth
      let head: PackedWeights
      let table: Tensor<HalfPair>
      let hidden, parentsHidden, embedded, logits, steps: Tensor<Float>
      let best, status: Tensor<UInt32>

      init(
        _ backend: any Backend, _ head: [Float], _ table: [UInt16], roots: [UInt32], features: [Float]
      ) throws {
        self.backend = backend
        sequences = roots.count
        let rows = sequences * maximumRows
        growth = try TreeGrowth(
          backend: backend, sequences: sequences, maximumRows: maximumRows, count: count)
        self.head = try backend.makeWeights(
          .f32(head), outputs: vocabulary, inputs: BatchGrowthTests.hidden, "head")
        self.table = try backend.makeTensor(halfWords(table), "embeddings")
        hidden = try backend.makeTensor(rows * BatchGrowthTests.hidden, "hidden rows")
        parentsHidden = try backend.makeTensor(rows * BatchGrowthTests.hidden, "hidden rows of parents")
        embedded = try backend.makeTensor(rows * BatchGrowthTests.hidden, "embeddings of nodes")
        logits = try backend.makeTensor(rows * vocabulary, "logits")
        steps = try backend.makeTensor(rows * count, "log-probabilities")
        best = try backend.makeTensor(rows * count, "candidates")
        status = try backend.makeTensor(rows, "status")
        for s in 0..<sequences {
          let root = s * maximumRows
          try backend.write([roots[s]], to: growth.nodeTokens[root..<root + 1])
          let start = root * BatchGrowthTests.hidden
          try backend.write(
            Array(features[s * BatchGrowthTests.hidden..<(s + 1) * BatchGrowthTests.hidden]),
            to: hidden[start..<start + BatchGrowthTests.hidden])
        }
      }

      /// Scores and tokens of all candidates, and the draft's own trees, sequence by sequence.
      func grow() throws -> [UInt32] {
        try backend.run("growth") { list in
          for depth in 0..<depths {
            let first = depth == 0 ? 0 : 1 + (depth - 1) * width
            let rows = depth == 0 ? 1 : width
            if depth > 0 { step(list) }
            list.matmul(hidden, head, out: logits, rows: sequences * maximumRows)
            list.topTokens(
              logits, out: best, rows: sequences * maximumRows, vocabulary: vocabulary, count: count)
            list.tokenLogProbability(
              logits, tokens: best, out: steps, status: status, rows: sequences * maximumRows,
              vocabulary: vocabulary, count: count)
            list.growTree(
              growth, logProbabilities: steps, candidates: best, firstRow: first, rows: rows,
              width: depth + 1 < depths ? width : 0, firstInput: first, inputRows: maximumRows)
          }
        }
        let (scores, tokens) = (try backend.read(growth.scores), try backend.read(growth.tokens))
        let (nodes, parents) = (try backend.read(growth.nodeTokens), try backend.read(growth.nodeParents))
        return (0..<sequences).flatMap { s in
          let own = s * maximumRows..<(s + 1) * maximumRows
          let candidates = own.lowerBound * count..<own.upperBound * count
          return scores[candidates].map(\.bitPattern) + tokens[candidates] + nodes[own] + parents[own]
        }
      }

      /// All nodes below the roots, of which those that exist so far matter: the hidden rows of their parents, which count
      /// from each tree's root, and the embeddings of their tokens. The rows of a tree are a root's and then the others'.
      private func step(_ list: any CommandList) {
        let (columns, rows) = (BatchGrowthTests.hidden, sequences * maximumRows)
        list.gatherRows(
          hidden, rows: maximumRows, sources: growth.nodeParents, firstSource: 0, sourceStride: maximumRows,
          out: parentsHidden, count: maximumRows, columns: columns, sequences: sequences)
        list.embeddingGather(
          tokens: growth.nodeTokens, table: table, out: embedded, rows: rows, columns: columns,
          vocabulary: vocabulary)
        list.residualAdd(parentsHidden, embedded, out: parentsHidden, count: rows * columns)
        for s in 0..<sequences {
          let below = (s * maximumRows + 1) * columns..<(s + 1) * maximumRows * columns
          list.copy(parentsHidden[below], to: hidden[below])
        }
      }
    }
  }
}
