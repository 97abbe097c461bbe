import Foundation
import Kernels
import ShaderInterface
import Testing

@testable import Decoding

extension DecodingTests {
  @Suite(.serialized) struct ThirdPartyTests {
    private let cases: ThirdPartyCases

    init() throws { cases = try decodeCases("third_party_cases") }

    /// EAGLE-2's tree of the best cumulative scores: tokens, links, positions and mask.
    @Test func growth() throws {
      let a = cases.eagleGrowth
      for batch in a.verifiedId.indices {
        let tokens = a.tokens.flatMap { $0[batch] }
        let rows = a.parentList[batch].enumerated().map { row, parent in
          let columns = row * a.topk..<(row + 1) * a.topk
          return TokenTree.CandidateRow(
            parent: parent < 0 ? nil : parent, tokens: Array(tokens[columns]),
            scores: Array(a.flatScores[batch][columns]))
        }
        let tree = try TokenTree(
          root: a.verifiedId[batch], best: a.numVerifyTokens, of: rows, vocabulary: 32000)
        let nodes = batch * a.numVerifyTokens..<(batch + 1) * a.numVerifyTokens
        #expect(tree.tokens == Array(a.expected.draftTokens[nodes]))
        #expect(tree.positions(offset: a.seqLens[batch]) == Array(a.expected.positions[nodes]))
        #expect(tree.shape.links.firstChild == a.expected.retrieveNextToken[batch])
        #expect(tree.shape.links.nextSibling == a.expected.retrieveNextSibling[batch])
        let mask = tree.shape.maskRows
        #expect(mask == a.treeMask[batch].map { row in row.enumerated().reduce(0) { $0 | $1.1 << $1.0 } })
      }
    }

    /// The same tree grown on the device, both sequences in one batch: frontiers, tokens, links, positions and mask.
    @Test func growthOnTheDevice() throws {
      let a = cases.eagleGrowth
      let (sequences, rows, nodes) = (a.verifiedId.count, a.parentList[0].count, a.numVerifyTokens)
      let starts = [0, 1] + Array(stride(from: 1 + a.topk, through: rows, by: a.topk))
      try TestBackends.each { backend in
        let growth = try TreeGrowth(backend: backend, sequences: sequences, maximumRows: rows, count: a.topk)
        let batch = try TreeBatch(backend, a.seqLens.map { ($0, nodes) }, maximumNodes: nodes)
        for s in 0..<sequences {
          try backend.write([a.verifiedId[s]], to: batch.tree.tokens[s * nodes..<s * nodes + 1])
        }
        for depth in 1..<starts.count {
          let own = starts[depth - 1]..<starts[depth]
          let width = depth + 1 < starts.count ? a.topk : 0
          let steps = try backend.makeTensor(
            a.flatScores.indices.flatMap { a.logProbabilities(of: $0, rows: own) }, "log-probabilities")
          let tokens = try backend.makeTensor(a.tokens[depth - 1].flatMap { $0 }, "candidates")
          try backend.run("grow") {
            $0.growTree(
              growth, logProbabilities: steps, candidates: tokens, firstRow: own.lowerBound, rows: own.count,
              width: width)
          }
        }
        let sources: Tensor<UInt32> = try backend.makeTensor(sequences * nodes, "sources")
        try backend.run("select") {
          $0.selectTree(growth, rows: rows, nodes: nodes, into: batch.tree, sources: sources)
          $0.treeLayout(batch.tree, links: batch.links, sequences: sequences)
        }
        let rowParents = try backend.read(growth.rowParents).map { Int(Int32(bitPattern: $0)) }
        let depths = try backend.read(batch.tree.depths)
        let links = try backend.read(batch.links).map { Int(Int32(bitPattern: $0)) }
        #expect(try backend.read(batch.tree.tokens) == a.expected.draftTokens)
        #expect(try backend.read(batch.tree.mask) == a.treeMask.joined().map { wordOf($0) })
        #expect(
          links.indices.filter { $0 % 2 == 0 }.map { links[$0] }
            == a.expected.retrieveNextToken.flatMap { $0 })
        #expect(
          links.indices.filter { $0 % 2 == 1 }.map { links[$0] }
            == a.expected.retrieveNextSibling.flatMap { $0 })
        for s in 0..<sequences {
          let own = s * nodes..<(s + 1) * nodes
          #expect(depths[own].map { Int($0) + a.seqLens[s] } == Array(a.expected.positions[own]))
          #expect(Array(rowParents[s * rows + 1..<(s + 1) * rows]) == Array(a.parentList[s].dropFirst()))
        }
        #expect(try batch.statuses(backend) == [UInt32](repeating: STATUS_OK, count: sequences))
      }
    }

    private func wordOf(_ bits: [UInt32]) -> UInt32 { bits.enumerated().reduce(0) { $0 | $1.1 << $1.0 } }

    @Test func greedyTrees() throws {
      try TestBackends.each { backend in
        for c in [cases.greedyTrees, cases.greedyChain] {
          for (i, candidates) in c.candidates.enumerated() {
            let parents = parents(c.retrieveNextToken[i], c.retrieveNextSibling[i])
            let tree = try TokenTree(parents: parents, tokens: candidates, vocabulary: 20)
            let result = try verify(tree, picks: c.targetPredict[i], on: backend)
            // Rows are counted over the batch, and a list is padded with -1.
            let expected = c.expected.acceptIndex[i].filter { $0 >= 0 }.map { $0 - i * candidates.count }
            #expect(result.path == expected)
            #expect(c.expected.acceptTokenNum[i] == result.path.count - 1)
            #expect(result.tokens.last == result.path.last.map { c.targetPredict[i][$0] })
          }
        }
      }
    }

    /// vLLM's ragged batches of greedy chains, one launch a batch.
    @Test func greedyChains() throws {
      try TestBackends.each { backend in
        for c in cases.rejectionChains.cases {
          let most = c.spec.map(\.count).max()! + 1
          let (sequences, words) = (c.spec.count, TreeBuffers.resultWords(maximumNodes: most))
          var states: [UInt32] = []
          var (tokens, parents, picks): ([UInt32], [UInt32], [UInt32]) = ([], [], [])
          for (draft, target) in zip(c.spec, c.target) {
            states += [0, 0, 0, UInt32(draft.count + 1), 0, 0, UInt32(tokens.count), 0]
            tokens += [0] + draft
            parents += [NO_NODE] + draft.indices.map { UInt32($0) }
            picks += target.flatMap { [$0, 0] }
          }
          let result: Tensor<UInt32> = try backend.makeTensor(sequences * words, "results")
          let nodes = try backend.makeTensor(tokens, "tokens")
          let tree = TreeBuffers(
            state: try backend.makeTensor(states, "states"), tokens: nodes,
            parents: try backend.makeTensor(parents, "parents"), depths: nodes, mask: nodes, result: result,
            maximumNodes: most)
          let pairs = try backend.makeTensor(picks, "picks")
          try backend.run("verify") { $0.verifyMatch(picks: pairs, tree: tree, sequences: sequences) }
          let results = try backend.read(result)
          for s in 0..<sequences {
            let own = try RoundResult(words: Array(results[s * words..<(s + 1) * words]), maximumNodes: most)
            #expect(own.tokens == c.expected[s].filter { $0 >= 0 }.map { UInt32($0) })
          }
        }
      }
    }

    @Test func draftTrees() throws {
      let l = cases.draftTrees
      for c in l.builders {
        let tree = try TokenTree(root: 0, chains: c.chains, vocabulary: 1000)
        #expect(Array(tree.tokens.dropFirst()) == c.tokens)
        #expect(tree.shape.parents.dropFirst().map { $0 - 1 } == c.parent)
        #expect(Array(tree.shape.depths.dropFirst()) == c.depth)
      }
      let two = try TokenTree(root: 0, chains: l.maskTwoBranch.chains, vocabulary: 1000)
      #expect(
        two.shape.maskRows
          == l.maskTwoBranch.mask.map { row in
            row.enumerated().reduce(0) { $0 | ($1.1 == "1" ? 1 << $1.0 : 0) }
          })
      for c in l.positions {
        #expect(
          try TokenTree(root: 0, chains: c.chains, vocabulary: 1000).positions(offset: c.offset) == c.ids)
      }
      try TestBackends.each { backend in
        for c in l.builders {
          let built = try merge(c.chains, on: backend)
          #expect(Array(built.tokens.dropFirst()) == c.tokens)
          #expect(built.parents.dropFirst().map { $0 - 1 } == c.parent)
          #expect(built.depths.dropFirst().map { Int($0) } == c.depth)
        }
        let mask = try merge(l.maskTwoBranch.chains, on: backend).mask
        #expect(mask == two.shape.maskRows)
        for c in l.positions {
          #expect(try merge(c.chains, on: backend).depths.map { Int($0) + c.offset } == c.ids)
        }
        for c in l.accept {
          let tree = try TokenTree(root: 0, chains: c.chains, vocabulary: 1000)
          let result = try verify(tree, picks: c.argmax, on: backend)
          #expect(result.path.dropFirst().map { $0 - 1 } == c.accepted)
          #expect(result.tokens.last == c.argmax[c.bonus])
        }
      }
    }

    @Test func promptLookup() throws {
      try TestBackends.each { backend in
        for c in cases.promptLookup.cases {
          let tree = try TreeBuffers(backend: backend, maximumNodes: c.k + 1)
          try backend.write([UInt32(c.tokens.count - 1)], to: tree.state)
          let history: Tensor<UInt32> = try backend.makeTensor(c.tokens, "history")
          try backend.run("lookup") {
            $0.promptLookup(history: history, tree: tree, minimum: c.min, maximum: c.max, count: c.k)
          }
          let nodes = try backend.read(tree.state)[Int(STATE_NODES)]
          #expect(Array(try backend.read(tree.tokens)[1..<Int(nodes)]) == c.expected)
        }
      }
    }

    @Test func staticTrees() throws {
      for (name, tree) in cases.staticTrees.trees {
        let shape = try TreeShape.paths(tree.choicesSorted.shuffled())
        #expect(shape.parents == tree.parents, "\(name)")
        #expect(shape.depths == tree.depth, "\(name)")
        #expect(shape.count == tree.n)
        #expect(try TreeShape(specification: shape.description) == shape)
        _ = try shape.levels()
      }
    }

    /// Chains merged into a tree and laid out on a backend.
    private func merge(_ chains: [[UInt32]], on backend: any Backend) throws -> (
      tokens: [UInt32], parents: [Int], depths: [UInt32], mask: [UInt32]
    ) {
      let length = max(1, chains.map(\.count).max() ?? 0)
      let paths = (chains.isEmpty ? [[]] : chains).flatMap {
        $0 + [UInt32](repeating: NO_TOKEN, count: length - $0.count)
      }
      let nodes = 1 + chains.joined().count
      let batch = try TreeBatch(backend, [(0, nodes)], maximumNodes: nodes)
      let padded = try backend.makeTensor(paths, "paths")
      let places: Tensor<UInt32> = try backend.makeTensor(paths.count, "nodes")
      try backend.run("merge") {
        $0.mergePaths(
          padded, count: paths.count / length, length: length, into: batch.tree, nodes: places)
        $0.treeLayout(batch.tree, links: batch.links)
      }
      #expect(try batch.statuses(backend) == [STATUS_OK])
      return (
        try backend.read(batch.tree.tokens),
        try backend.read(batch.tree.parents).map { Int(Int32(bitPattern: $0)) },
        try backend.read(batch.tree.depths), try backend.read(batch.tree.mask)
      )
    }

    /// The published trees laid out on a backend, all in one batch.
    @Test func publishedLayouts() throws {
      let published: PublishedMasks = try decodeCases("sequoia_trees")
      let shapes = try published.trees.sorted { $0.key < $1.key }.map {
        try TreeShape(parents: $0.value.parents)
      }
      let most = shapes.map(\.count).max()!
      try TestBackends.each { backend in
        let batch = try TreeBatch(backend, shapes.map { (0, $0.count) }, maximumNodes: most)
        let parents = shapes.flatMap { $0.parents.map { UInt32(bitPattern: Int32($0)) } }
        try backend.write(parents, to: batch.tree.parents)
        try backend.run("layout") { $0.treeLayout(batch.tree, links: batch.links, sequences: shapes.count) }
        let depths = try backend.read(batch.tree.depths)
        let mask = try backend.read(batch.tree.mask)
        let links = try backend.read(batch.links).map { Int(Int32(bitPattern: $0)) }
        var first = 0
        for shape in shapes {
          let own = first..<first + shape.count
          #expect(depths[own].map { Int($0) } == shape.depths)
          #expect(own.map { links[2 * $0] } == shape.links.firstChild)
          #expect(own.map { links[2 * $0 + 1] } == shape.links.nextSibling)
          let words = (shape.count + 31) / 32
          let rows = own.flatMap { mask[$0 * batch.tree.maskWords..<$0 * batch.tree.maskWords + words] }
          #expect(rows == shape.maskRows)
          first += shape.count
        }
        #expect(try batch.statuses(backend).allSatisfy { $0 == STATUS_OK })
      }
    }

    /// The static trees filled from candidates by their source tables, two sequences at once.
    @Test func staticTreesOnTheDevice() throws {
      try TestBackends.each { backend in
        for (name, tree) in cases.staticTrees.trees {
          let shape = try TreeShape.paths(tree.choicesSorted)
          let lists = (1..<3).map { s -> [UInt32] in
            (0..<shape.maximumDepth * shape.candidates).map { UInt32(1000 * s + $0) }
          }
          let candidates = try backend.makeTensor(lists.flatMap { $0 }, "candidates")
          let source = try backend.makeTensor(shape.headSources, "sources")
          let batch = try TreeBatch(backend, [(0, shape.count), (0, shape.count)], maximumNodes: shape.count)
          try backend.run("fill") {
            $0.gatherTokens(
              candidates, source: source, tokens: batch.tree.tokens, first: 1, count: shape.count - 1,
              sequences: 2, state: batch.tree.state)
          }
          let expected = lists.flatMap { list -> [UInt32] in
            let tokens = tree.choicesSorted.map { list[($0.count - 1) * shape.candidates + $0.last!] }
            return [0] + tokens
          }
          #expect(try backend.read(batch.tree.tokens) == expected, "\(name)")
        }
      }
    }

    @Test func publishedMasks() throws {
      let published: PublishedMasks = try decodeCases("sequoia_trees")
      for (name, tree) in published.trees {
        let shape = try TreeShape(parents: tree.parents)
        #expect(shape.depths == tree.depth, "\(name)")
        let words = (shape.count + 31) / 32
        for (node, hex) in tree.maskRowsHex.enumerated() {
          // Hexadecimal digits, eight a word, the lowest last.
          var digits = Substring(hex.dropFirst(2))
          var row: [UInt32] = []
          while !digits.isEmpty {
            row.append(try #require(UInt32(digits.suffix(8), radix: 16)))
            digits = digits.dropLast(8)
          }
          row += [UInt32](repeating: 0, count: words - row.count)
          #expect(Array(shape.maskRows[node * words..<(node + 1) * words]) == row, "\(name), node \(node)")
        }
      }
    }

    private func parents(_ next: [Int], _ sibling: [Int]) -> [Int] {
      var parents = [Int](repeating: -1, count: next.count)
      for node in next.indices {
        var child = next[node]
        while child >= 0 {
          parents[child] = node
          child = sibling[child]
        }
      }
      return parents
    }

    private func verify(_ tree: TokenTree, picks: [UInt32], on backend: any Backend) throws -> RoundResult {
      let buffers = try TreeBuffers(backend: backend, maximumNodes: tree.shape.count)
      try backend.write(tree.tokens, to: buffers.tokens)
      try backend.write(tree.shape.parents.map { $0 < 0 ? NO_NODE : UInt32($0) }, to: buffers.parents)
      let nodes = Int(STATE_NODES)
      try backend.write([UInt32(tree.shape.count)], to: buffers.state[nodes..<nodes + 1])
      let pairs: Tensor<UInt32> = try backend.makeTensor(picks.flatMap { [$0, 0] }, "picks")
      try backend.run("verify") { $0.verifyMatch(picks: pairs, tree: buffers) }
      return try RoundResult(words: backend.read(buffers.result), maximumNodes: tree.shape.count)
    }
  }
}
