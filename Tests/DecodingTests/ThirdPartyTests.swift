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
            let own = RoundResult(words: Array(results[s * words..<(s + 1) * words]), maximumNodes: most)
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
      return RoundResult(words: try backend.read(buffers.result), maximumNodes: tree.shape.count)
    }
  }
}
