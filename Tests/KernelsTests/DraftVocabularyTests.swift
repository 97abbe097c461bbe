import Kernels
import ShaderInterface
import Testing

@testable import Conformance

extension KernelsTests {
  /// A draft with a vocabulary of its own: its weights, brought to the target's tokens, are drawn from and verified like
  /// any draft's. DraftVocabularyLawTests show that the law is the target's.
  @Suite(.needsDevice) struct DraftVocabularyTests {
    private let vocabulary = 300
    private let own = 40
    private let nodes = 13
    private let parents = 4
    private let children = 3

    @Test(arguments: [SiblingRule.withReplacement, .withoutReplacement])
    func `Weights over all tokens draw and verify what the draft's own do`(rule: SiblingRule) throws {
      var random = CaseRandom(seed: 1, family: "draft vocabulary", index: rule == .withReplacement ? 0 : 1)
      // The target's token for each of the draft's, and the draft's for each of the target's.
      let tokens = Array(Array(0..<UInt32(vocabulary)).shuffled(using: &random)[..<own].sorted())
      var inverse = [UInt32](repeating: NO_TOKEN, count: vocabulary)
      for (index, token) in tokens.enumerated() { inverse[Int(token)] = UInt32(index) }
      let logits = random.logits(rows: parents, columns: own).map { $0.isFinite ? $0 : -1 }
      let target = random.logits(rows: nodes, columns: vocabulary).map { $0.isFinite ? $0 : -1 }
      try withDevice { device in
        var results: [[UInt32]] = []
        for backend in [device, ReferenceBackend()] as [any Backend] {
          let state = try backend.makeState(length: 9)
          let small = try DistributionRows(backend: backend, rows: parents, vocabulary: own, label: "draft")
          let law = DistributionRows(
            weights: try backend.makeTensor(parents * vocabulary, "all"), totals: small.totals,
            vocabulary: vocabulary)
          let (draftLogits, map) = (
            try backend.makeTensor(logits, "draft logits"), try backend.makeTensor(inverse, "inverse map")
          )
          let ownTokens: Tensor<UInt32> = try backend.makeTensor(nodes, "the draft's tokens")
          let tree = try tree(on: backend, state: state)
          let scratch: Tensor<UInt32> = try backend.makeTensor(2 * vocabulary, "scratch")
          let targetLaw = try DistributionRows(
            backend: backend, rows: nodes, vocabulary: vocabulary, label: "target")
          let targetLogits = try backend.makeTensor(target, "target logits")
          try backend.run("round") {
            $0.distribution(draftLogits, warp: Warp(topP: 0.9), out: small, rows: parents)
            $0.gatherColumns(
              small.weights, indices: map, missing: 0, out: law.weights, rows: parents, columns: own,
              count: vocabulary)
            for (rows, tokens) in [(law, tree.tokens), (small, ownTokens)] {
              for (first, parents) in [(0, 0..<1), (1, 1..<4)] {
                $0.drawChildren(
                  rows, state: state, tokens: tokens, parents: parents.count, children: children,
                  replacement: rule == .withReplacement, firstParent: parents.lowerBound,
                  firstChild: 1 + parents.lowerBound * children, childDepth: 1 + first)
              }
            }
            $0.distribution(targetLogits, warp: Warp(temperature: 2), out: targetLaw, rows: nodes)
            $0.verifySiblings(target: targetLaw, draft: law, tree: tree, scratch: scratch, rule: rule)
          }
          let drawn = try backend.read(tree.tokens).dropFirst()
          let mapped = try backend.read(ownTokens).dropFirst().map { $0 == NO_TOKEN ? $0 : tokens[Int($0)] }
          #expect(Array(drawn) == mapped)
          #expect(Set(drawn).count > 2)
          let result = try backend.read(tree.result)
          #expect(try RoundResult(words: result, maximumNodes: nodes).status.isEmpty)
          results.append(result)
        }
        #expect(firstDifference(results[0], results[1]) == nil)
      }
    }

    /// The root's three children have three each.
    private func tree(on backend: any Backend, state: Tensor<UInt32>) throws -> TreeBuffers {
      let tree = try TreeBuffers(backend: backend, maximumNodes: nodes)
      try backend.write(SequenceState(length: 9, seed: 7, nodes: nodes).words, to: tree.state)
      let parents = (0..<UInt32(nodes)).map { $0 == 0 ? NO_NODE : ($0 - 1) / UInt32(children) }
      try backend.write(parents, to: tree.parents)
      return tree
    }
  }
}
