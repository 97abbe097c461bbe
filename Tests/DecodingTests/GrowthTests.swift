import Kernels
import Numerics
import ShaderInterface
import Testing

@testable import Decoding

extension DecodingTests {
  /// Trees grown on a device from logits, several sequences at once, against the host's builder.
  @Suite(.serialized) struct GrowthTests {
    private static let (sequences, vocabulary, depths) = (3, 40, 4)

    @Test(arguments: [(1, 1, 3), (3, 5, 12), (10, 8, 60)] as [(Int, Int, Int)])
    func growsTheHostsTree(count: Int, width: Int, nodes: Int) throws {
      let rows = 1 + (Self.depths - 1) * width
      try TestBackends.each { backend in
        var random = SplitMix64(UInt64(nodes))
        let growth = try TreeGrowth(
          backend: backend, sequences: Self.sequences, maximumRows: rows, count: count)
        for depth in 0..<Self.depths {
          let first = depth == 0 ? 0 : 1 + (depth - 1) * width
          try grow(
            growth, rows: first..<1 + depth * width, width: depth + 1 < Self.depths ? width : 0, on: backend,
            &random)
        }
        let lengths = [(length: Int, nodes: Int)](repeating: (0, nodes), count: Self.sequences)
        let batch = try TreeBatch(backend, lengths, maximumNodes: nodes)
        let sources: Tensor<UInt32> = try backend.makeTensor(Self.sequences * nodes, "sources")
        try backend.run("select") {
          $0.selectTree(growth, rows: rows, nodes: nodes, into: batch.tree, sources: sources)
          $0.treeLayout(batch.tree, links: batch.links, sequences: Self.sequences)
        }
        #expect(try batch.statuses(backend) == [UInt32](repeating: STATUS_OK, count: Self.sequences))
        let tokens = try backend.read(batch.tree.tokens)
        let mask = try backend.read(batch.tree.mask)
        let words = batch.tree.maskWords
        for s in 0..<Self.sequences {
          let tree = try hostTree(growth, sequence: s, nodes: nodes, backend)
          let own = s * nodes..<s * nodes + tree.shape.count
          #expect(Array(tokens[own]) == tree.tokens)
          let rows = own.map { Array(mask[$0 * words..<$0 * words + (tree.shape.count + 31) / 32]) }
          #expect(rows.flatMap { $0 } == tree.shape.maskRows)
        }
      }
    }

    /// One depth: the best candidates of random logits, with few values so that scores tie.
    private func grow(
      _ growth: TreeGrowth, rows: Range<Int>, width: Int, on backend: any Backend,
      _ random: inout SplitMix64
    ) throws {
      let all = Self.sequences * rows.count
      let values = (0..<all * Self.vocabulary).map { _ in Float(Int.random(in: 0..<5, using: &random)) }
      let logits = try backend.makeTensor(values, "logits")
      let best: Tensor<UInt32> = try backend.makeTensor(all * growth.count, "candidates")
      let steps: Tensor<Float> = try backend.makeTensor(all * growth.count, "log-probabilities")
      let status: Tensor<UInt32> = try backend.makeTensor(all, "status")
      try backend.run("grow") {
        $0.topTokens(logits, out: best, rows: all, vocabulary: Self.vocabulary, count: growth.count)
        $0.tokenLogProbability(
          logits, tokens: best, out: steps, status: status, rows: all, vocabulary: Self.vocabulary,
          count: growth.count)
        $0.growTree(
          growth, logProbabilities: steps, candidates: best, firstRow: rows.lowerBound, rows: rows.count,
          width: width)
      }
    }

    /// The tree that the host selects from the candidates on the device.
    private func hostTree(
      _ growth: TreeGrowth, sequence: Int, nodes: Int, _ backend: any Backend
    ) throws -> TokenTree {
      let (tokens, scores) = (try backend.read(growth.tokens), try backend.read(growth.scores))
      let parents = try backend.read(growth.rowParents)
      let rows = (0..<growth.maximumRows).map { row in
        let start = (sequence * growth.maximumRows + row) * growth.count
        let own = start..<start + growth.count
        let parent = parents[sequence * growth.maximumRows + row]
        return TokenTree.CandidateRow(
          parent: row == 0 ? nil : Int(parent), tokens: Array(tokens[own]), scores: Array(scores[own]))
      }
      return try TokenTree(root: 0, best: nodes, of: rows, vocabulary: Self.vocabulary)
    }

    /// Scores of any kind, NaN, infinities and ones that rise along a path too: the host keeps what the kernel keeps, and
    /// refuses what the kernel calls malformed.
    @Test func selectsTheHostsTree() throws {
      let seed = UInt64.random(in: 0...UInt64.max)
      var random = SplitMix64(seed)
      var (trees, refused, missing) = (0, 0, 0)
      for index in 0..<2000 {
        let candidates = RandomCandidates(using: &random)
        let nodes = Int.random(in: 1...20, using: &random)
        let kernel = try selected(candidates, nodes: nodes)
        let host = try? TokenTree(root: 0, best: nodes, of: candidates.rows, vocabulary: Self.vocabulary)
        #expect((host == nil) == (kernel == nil), "seed \(seed), tree \(index): \(candidates)")
        #expect(host == kernel, "seed \(seed), tree \(index): \(candidates)")
        trees += host == nil ? 0 : 1
        refused += host == nil ? 1 : 0
        missing += candidates.scores.contains { $0.isNaN || $0 == -.infinity } ? 1 : 0
      }
      #expect(trees > 100 && refused > 50 && missing > 300, "seed \(seed): \(trees), \(refused), \(missing)")
    }

    /// What the kernel selects; nil where it reports a malformed tree.
    private func selected(_ candidates: RandomCandidates, nodes: Int) throws -> TokenTree? {
      let backend = ReferenceBackend()
      let rows = candidates.parents.count
      let growth = try TreeGrowth(backend: backend, maximumRows: rows, count: candidates.count)
      try backend.write(candidates.tokens, to: growth.tokens)
      try backend.write(candidates.scores, to: growth.scores)
      try backend.write(candidates.parents, to: growth.rowParents)
      let batch = try TreeBatch(backend, [(length: 0, nodes: nodes)], maximumNodes: nodes)
      try backend.write([0], to: batch.tree.tokens[0..<1])
      let sources: Tensor<UInt32> = try backend.makeTensor(nodes, "sources")
      try backend.run("select") {
        $0.selectTree(growth, rows: rows, nodes: nodes, into: batch.tree, sources: sources)
      }
      let state = try backend.read(batch.tree.state)
      guard state[Int(STATE_STATUS)] == STATUS_OK else { return nil }
      let own = 0..<Int(state[Int(STATE_NODES)])
      let parents = try backend.read(batch.tree.parents)[own].map { $0 == NO_NODE ? -1 : Int($0) }
      return try TokenTree(
        parents: parents, tokens: Array(try backend.read(batch.tree.tokens)[own]),
        vocabulary: Self.vocabulary)
    }

    /// Rows of candidates as a growing tree has them, few values so that scores tie.
    private struct RandomCandidates {
      let count: Int
      let parents, tokens: [UInt32]
      var scores: [Float] = []

      init(using random: inout SplitMix64) {
        let (count, rows) = (Int.random(in: 1...4, using: &random), Int.random(in: 1...6, using: &random))
        self.count = count
        parents = (0..<rows).map { row in
          if row == 0 || Int.random(in: 0..<20, using: &random) == 0 { return NO_NODE }
          return UInt32(Int.random(in: 0..<row * count, using: &random))
        }
        tokens = (0..<rows * count).map { _ in
          UInt32.random(in: 0..<UInt32(GrowthTests.vocabulary), using: &random)
        }
        for candidate in 0..<rows * count {
          let parent = Int(parents[candidate / count])
          let base: Float = candidate < count || parent >= scores.count ? 0 : scores[parent]
          let odd: [Float] = [.nan, -.nan, -.infinity, -.infinity, 0.5, -0.0, .infinity]
          let isOdd = Int.random(in: 0..<8, using: &random) == 0
          scores.append(
            isOdd
              ? odd.randomElement(using: &random)! : base - Float.random(in: 0...3, using: &random).rounded())
        }
      }

      var rows: [TokenTree.CandidateRow] {
        parents.indices.map { row in
          let own = row * count..<(row + 1) * count
          return TokenTree.CandidateRow(
            parent: row == 0 ? nil : Int(parents[row]), tokens: Array(tokens[own]), scores: Array(scores[own])
          )
        }
      }
    }
  }
}
