import Foundation
import Numerics
import ShaderInterface
import Testing

@testable import Decoding

extension DecodingTests {
  @Suite struct TreeTests {
    private func failure(_ body: () throws -> Void) -> TreeError? {
      do {
        try body()
        return nil
      } catch {
        return error as? TreeError
      }
    }

    @Test func refusals() {
      #expect(failure { _ = try TreeShape(parents: []) } == .empty)
      #expect(
        failure { _ = try TreeShape(parents: [0]) }
          == .missingParent(node: 0, parent: 0))
      #expect(
        failure { _ = try TreeShape(parents: [-1, -1]) }
          == .missingParent(node: 1, parent: -1))
      #expect(
        failure { _ = try TreeShape(parents: [-1, 7]) }
          == .missingParent(node: 1, parent: 7))
      #expect(
        failure { _ = try TreeShape(parents: [-1, 2, 0]) }
          == .laterParent(node: 1, parent: 2))
      #expect(failure { _ = try TreeShape(parents: [-1, 2, 1]) } == .cycle(node: 1))
      #expect(failure { _ = try TreeShape(parents: [-1, 1]) } == .cycle(node: 1))
      #expect(
        failure { _ = try TreeShape.chain(1024) } == .tooManyNodes(1025, limit: 1024))
      #expect(
        failure { _ = try TreeShape.branching([256, 256]) }
          == .tooManyNodes(257 + 65536, limit: 1024))
      #expect(
        failure { _ = try TreeShape.paths([[0], [1, 0]]) } == .missingPath([1]))
      #expect(failure { _ = try TreeShape.paths([[0], [0]]) } == .repeatedPath([0]))
      #expect(failure { _ = try TreeShape.paths([[]]) } == .repeatedPath([]))
      #expect(
        failure { _ = try TokenTree(parents: [-1, 0], tokens: [1, 5], vocabulary: 5) }
          == .tokenOutsideVocabulary(node: 1, token: 5, vocabulary: 5))
      #expect(
        failure { _ = try TokenTree(parents: [-1, 0], tokens: [1], vocabulary: 5) }
          == .countsDiffer(parents: 2, other: 1))
      #expect(
        failure { _ = try TreeShape(parents: [-1, 0, 0, 2, 1]).levels() }
          == .notBreadthFirst(node: 4))
    }

    @Test func counts() throws {
      for tokens in [-1, -3, .min] {
        #expect(
          failure { _ = try TreeShape.chain(tokens) } == .tooFew("draft tokens in a chain", tokens, least: 0))
      }
      #expect(try TreeShape.chain(0) == .root)
      #expect(failure { _ = try TreeShape.chain(.max) } == .tooManyNodes(1025, limit: 1024))
      #expect(
        try TokenTree(parents: [-1, 0], tokens: [1, 2], vocabulary: 3).positions(offset: .max) == [
          .max, .max,
        ])
      let row = TokenTree.CandidateRow(parent: nil, tokens: [1, 2], scores: [-1, -2])
      for nodes in [0, -1, .min] {
        let error = failure { _ = try TokenTree(root: 0, best: nodes, of: [row], vocabulary: 3) }
        #expect(error?.description.contains("\(nodes) nodes") == true)
      }
      #expect(try TokenTree(root: 0, best: .max, of: [row], vocabulary: 3).tokens == [0, 1, 2])
      for scores: [Float] in [[], [-1], [-1, -2, -3]] {
        let uneven = TokenTree.CandidateRow(parent: 0, tokens: [1, 2], scores: scores)
        #expect(
          failure { _ = try TokenTree(root: 0, best: 3, of: [row, uneven], vocabulary: 3) }
            == .scoresDiffer(row: 1, tokens: 2, scores: scores.count))
      }
    }

    @Test func specifications() throws {
      #expect(try TreeShape(specification: "root") == .root)
      #expect(try TreeShape(specification: "chain:5") == .chain(5))
      #expect(try TreeShape(specification: " 4x2x1\n").count == 1 + 4 + 8 + 8)
      #expect(try TreeShape(specification: "[[0],[1],[0,2]]").ranks == [0, 0, 1, 2])
      for text in ["root", "chain:1", "chain:64", "2x1", "3x2x1x1", "[[0],[2],[2,1]]", "[[1]]"] {
        let shape = try TreeShape(specification: text)
        #expect(try TreeShape(specification: shape.description) == shape, "\(text)")
      }
      for text in [
        "", "chain:", "chain:0", "chain:-3", "chain:x", "4x", "x", "4xx2", "0x2", "-1x2", "4,2", "[[0]",
        "[0]",
        "[[0.5]]", "[[-1]]", "@/no/such/file", "99999999999999999999", "chain:99999999999999999999",
        "9223372036854775807x9223372036854775807",
      ] {
        #expect(throws: TreeError.self, "\(text)") {
          _ = try TreeShape(specification: text)
        }
      }
    }

    /// A thousand damaged trees: a typed error or a sound tree, never a trap.
    @Test func damagedTrees() {
      let seed = UInt64.random(in: 0...UInt64.max)
      var random = SplitMix64(seed)
      var refused = 0
      for index in 0..<1000 {
        let count = Int.random(in: 1...40, using: &random)
        var parents = [-1] + (1..<max(2, count)).map { Int.random(in: 0..<$0, using: &random) }
        var tokens = parents.map { _ in UInt32.random(in: 0..<50, using: &random) }
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          damage(&parents, &tokens, &random)
        }
        let sound = isSound(parents, tokens)
        let error = failure {
          _ = try TokenTree(parents: parents, tokens: tokens, vocabulary: 50)
        }
        #expect((error == nil) == sound, "seed \(seed), tree \(index): \(parents) \(tokens)")
        if error != nil { refused += 1 }
      }
      #expect(refused > 500, "seed \(seed): only \(refused) trees were refused")
    }

    private func damage(_ parents: inout [Int], _ tokens: inout [UInt32], _ random: inout SplitMix64) {
      let node = parents.isEmpty ? 0 : Int.random(in: 0..<parents.count, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0 where !parents.isEmpty: parents[node] = node
      case 1 where !parents.isEmpty: parents[node] = Int.random(in: -3...60, using: &random)
      case 2 where !parents.isEmpty: parents[node] = [Int.min, Int.max].randomElement(using: &random)!
      case 3 where node < tokens.count: tokens[node] = UInt32.random(in: 0...UInt32.max, using: &random)
      case 4: parents.append(parents.count - 1)
      case 5 where !parents.isEmpty: parents.removeAll()
      case 6:
        parents += [Int](repeating: 0, count: 1024)
        tokens += [UInt32](repeating: 1, count: 1024)
      default: parents.reverse()
      }
    }

    /// Validity, said another way: each node reaches the root through ever smaller numbers.
    private func isSound(_ parents: [Int], _ tokens: [UInt32]) -> Bool {
      parents.count == tokens.count && (1...1024).contains(parents.count) && parents[0] == -1
        && parents.indices.dropFirst().allSatisfy { parents[$0] >= 0 && parents[$0] < $0 }
        && tokens.allSatisfy { $0 < 50 }
    }

    /// Random text as a specification.
    @Test func damagedSpecifications() {
      let seed = UInt64.random(in: 0...UInt64.max)
      var random = SplitMix64(seed)
      let alphabet = Array("0123456789xx::[[]],,chain-@ ")
      for _ in 0..<1000 {
        let text = String(
          (0..<Int.random(in: 0...12, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
        do {
          let shape = try TreeShape(specification: text)
          #expect((1...1024).contains(shape.count), "seed \(seed): \(text)")
        } catch {
          #expect(!error.description.isEmpty)
        }
      }
    }

    @Test func masks() throws {
      let shape = try TreeShape(parents: [-1, 0, 0, 1] + [Int](repeating: 3, count: 40))
      #expect(shape.maskRows.count == 44 * 2)
      #expect(shape.maskRows[3 * 2] == 0b1011)
      #expect(shape.maskRows[43 * 2] == 0b1011)
      #expect(shape.maskRows[43 * 2 + 1] == 1 << 11)
      #expect(try shape.levels() == [0..<1, 1..<3, 3..<4, 4..<44])
      #expect(shape.links.firstChild[0] == 1)
      #expect(shape.links.nextSibling[1] == 2)
    }

    @Test func merging() throws {
      let chains: [[UInt32]] = [[1, 2, 3], [1, 2, 4], [5]]
      let apart = try TokenTree(root: 0, chains: chains, vocabulary: 10)
      let merged = try TokenTree(root: 0, chains: chains, merging: true, vocabulary: 10)
      #expect(apart.tokens == [0, 1, 2, 3, 1, 2, 4, 5])
      #expect(merged.tokens == [0, 1, 2, 3, 4, 5])
      #expect(merged.shape.parents == [-1, 0, 1, 2, 2, 0])
    }
  }
}
