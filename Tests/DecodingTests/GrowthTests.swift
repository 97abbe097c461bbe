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
      let existing = rows.flatMap(\.scores).filter { $0 > -.infinity }.count
      return try TokenTree(
        root: 0, best: min(nodes, 1 + existing), of: rows, vocabulary: Self.vocabulary)
    }
  }
}
