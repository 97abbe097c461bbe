import Kernels
import ShaderInterface
import Testing

@testable import Conformance

/// What verifiers and draws make of rows that contradict their totals means nothing, but is the same on both backends.
extension KernelsTests {
  @Suite(.needsDevice) struct ContradictoryRowsTests {
    // Not k-seq: quotients of more than 32 bits, which such rows give, differ.
    @Test(arguments: [SiblingRule.withReplacement, .withoutReplacement, .oneHot])
    func bothBackendsAgree(rule: SiblingRule) throws {
      try expectAgreement(cases: 50) { try results(rule, $0, on: $1) }
    }

    /// Sums of `selectPath` are taken modulo powers of two that the contract names.
    @Test(arguments: [1, 2, 16])
    func `The best path is the same one`(paths: Int) throws {
      try expectAgreement(cases: 40) { try selection(paths, $0, on: $1) }
    }

    private func expectAgreement(
      cases: Int, _ results: (_ index: Int, _ backend: any Backend) throws -> [UInt32]
    ) throws {
      try withDevice { device in
        let backends = try VulkanBackend.availableLayouts(on: device.device).map {
          try VulkanBackend(device: device.device, layouts: $0)
        }
        for index in 0..<cases {
          let reference = try results(index, ReferenceBackend())
          for backend in backends {
            let difference = try firstDifference(results(index, backend), reference)
            #expect(difference == nil, "case \(index), \(backend.layouts)")
          }
        }
      }
    }

    /// Of such a residual only the rounded total can be 0.
    @Test(arguments: 0..<8)
    func `A residual whose total wraps when it is rounded is not empty`(seed: Int) throws {
      try withDevice { device in
        let reference = try wrappedResult(seed: seed, on: ReferenceBackend())
        for layouts in VulkanBackend.availableLayouts(on: device.device) {
          let result = try wrappedResult(
            seed: seed, on: VulkanBackend(device: device.device, layouts: layouts))
          #expect(result.status == reference.status && result.tried == reference.tried, "\(layouts)")
        }
      }
    }

    private func wrappedResult(seed: Int, on backend: any Backend) throws -> (status: UInt32, tried: UInt32) {
      let (nodes, vocabulary) = (3, 16)
      func rows(_ weights: [UInt32], total: UInt32) throws -> DistributionRows {
        let row = weights + [UInt32](repeating: 0, count: vocabulary - weights.count)
        return DistributionRows(
          weights: try backend.makeTensor((0..<nodes).flatMap { _ in row }, "weights"),
          totals: try backend.makeTensor((0..<nodes).flatMap { _ in [total, STATUS_OK] }, "totals"),
          vocabulary: vocabulary)
      }
      let tree = TreeBuffers(
        state: try backend.makeTensor(
          SequenceState(length: 3, seed: UInt64(seed), nodes: nodes).words, "state"),
        tokens: try backend.makeTensor([0, 2, 3], "tokens"),
        parents: try backend.makeTensor([NO_NODE, 0, 0], "parents"),
        depths: try backend.makeTensor([0, 1, 1], "depths"), mask: try backend.makeTensor([0], "mask"),
        result: try backend.makeTensor(TreeBuffers.resultWords(maximumNodes: nodes), "result"),
        maximumNodes: nodes)
      let target = try rows([1 << 31, 1 << 31 - 1, 0, 0], total: 1)
      let draft = try rows([0, 0, 1, 1], total: .max)
      let scratch: Tensor<UInt32> = try backend.makeTensor(vocabulary, "scratch")
      try backend.run("wrapped") {
        $0.verifySiblings(target: target, draft: draft, tree: tree, scratch: scratch, rule: .withReplacement)
      }
      let words = try backend.read(tree.result)
      return (words[Int(RESULT_STATUS)], words[Int(RESULT_PATH) + 2 * nodes])
    }

    /// The draft may lack rows of nodes that have children.
    private func results(_ rule: SiblingRule, _ index: Int, on backend: any Backend) throws -> [UInt32] {
      var random = ContradictoryRandom("\(rule)", index, seed: 5, backend: backend)
      // No sum of residuals wraps in 64 bits: which token is then picked depends on the lanes.
      let target = try random.rows(random.nodes, bits: 25)
      let draft = try random.rows(random.random.integer(1...random.nodes), bits: 25)
      let tree = try random.tree()
      let scratch = try random.words(random.vocabulary)
      let drawn = try random.words(2 * random.nodes)
      let (nodes, parents) = (random.nodes, random.random.integer(1...random.nodes))
      let children = random.random.integer(1...6)
      let distinct = try random.words(1 + parents * children)
      try backend.run("draws") {
        $0.verifySiblings(target: target, draft: draft, tree: tree, scratch: scratch, rule: rule)
        $0.drawTarget(target, depths: tree.depths, state: tree.state, out: drawn, count: nodes)
        $0.drawChildren(
          target, state: tree.state, tokens: distinct, parents: parents, children: children,
          replacement: false, firstParent: 0, firstChild: 1, childDepth: 1)
      }
      let siblings = try backend.read(tree.result)
      try backend.run("traversal") {
        $0.verifyTraversal(target: target, draft: draft, tree: tree, rule: rule)
      }
      return try siblings + backend.read(drawn) + backend.read(tree.result) + backend.read(distinct)
    }

    private func selection(_ paths: Int, _ index: Int, on backend: any Backend) throws -> [UInt32] {
      var random = ContradictoryRandom("\(paths) paths", index, seed: 6, backend: backend)
      let target = try random.rows(random.nodes, bits: 32)
      let draft = try random.rows(random.random.integer(1...random.nodes), bits: 32)
      let tree = try random.tree()
      try backend.run("best path") {
        $0.selectPath(target: target, draft: draft, tree: tree, paths: paths)
      }
      return try backend.read(draft.weights) + backend.read(draft.totals) + backend.read(tree.tokens)
    }
  }
}

/// A tree of a few nodes, and rows whose totals are not their sums.
private struct ContradictoryRandom {
  var random: CaseRandom
  let nodes: Int
  let vocabulary: Int
  private let backend: any Backend

  init(_ name: String, _ index: Int, seed: UInt64, backend: any Backend) {
    self.backend = backend
    random = CaseRandom(seed: seed, family: name, index: index)
    nodes = random.integer(1...9)
    vocabulary = random.length(random.oneIn(4) ? 300 : 70)
  }

  mutating func words(_ count: Int, bits: UInt32 = 32) throws -> Tensor<UInt32> {
    let words: [UInt32] = (0..<count).map { _ in
      random.element([0, UInt32(random.below(512)), .max, random.word()]) >> (32 - bits)
    }
    return try backend.makeTensor(words, "words")
  }

  mutating func rows(_ count: Int, bits: UInt32) throws -> DistributionRows {
    DistributionRows(
      weights: try words(count * vocabulary, bits: bits), totals: try words(count * 2), vocabulary: vocabulary
    )
  }

  mutating func tree() throws -> TreeBuffers {
    var state = SequenceState(length: 3, seed: 7).words
    state[Int(STATE_NODES)] = UInt32(nodes)
    return TreeBuffers(
      state: try backend.makeTensor(state, "state"),
      tokens: try backend.makeTensor(random.words(nodes, below: vocabulary), "tokens"),
      parents: try backend.makeTensor((0..<nodes).map { UInt32(random.below(max(1, $0))) }, "parents"),
      depths: try words(nodes), mask: try words(1),
      result: try backend.makeTensor(TreeBuffers.resultWords(maximumNodes: nodes), "result"),
      maximumNodes: nodes)
  }
}
