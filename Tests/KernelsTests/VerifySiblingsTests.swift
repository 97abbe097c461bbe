import Conformance
import Kernels
import Reference
import ShaderInterface
import Testing

extension KernelsTests {
  /// The walk's decisions over many seeds: acceptances, residuals and fair rounding, on the device and in the reference.
  @Suite(.needsDevice) struct VerifySiblingsTests {
    @Test(arguments: SiblingRule.allCases)
    func `Every random decision is the reference's`(rule: SiblingRule) throws {
      try withDevice { backend in
        let walk = try SpineWalk(backend, rule: rule)
        // Each rule takes a third of the decisions.
        let wanted = DrawCount.draws / SiblingRule.allCases.count
        var (decisions, differing, batch) = (0, 0, 0)
        while decisions < wanted {
          let (found, expected) = try walk.results(batch: batch)
          for (a, b) in zip(found, expected) {
            if a != b { differing += 1 }
            decisions += Int(b[Int(RESULT_ACCEPTED)]) + 1  // one a node walked, at least
          }
          batch += 1
        }
        print("verifySiblings \(rule): \(decisions) decisions over \(batch * SpineWalk.runs) walks")
        #expect(differing == 0)
        #expect(
          walk.lengths.count >= 5, "walks end at many depths: \(walk.lengths.sorted())")
      }
    }
  }
}

/// A tree whose every spine node has the next spine node and a leaf as children, walked under many seeds at once.
private final class SpineWalk {
  static let (spine, vocabulary, runs) = (15, 12, 512)
  static let nodes = 1 + 2 * spine
  private static let stateStride = tensorAlignment / 4
  private static let resultStride = 2 * tensorAlignment / 4
  private static let resultWords = TreeBuffers.resultWords(maximumNodes: nodes)

  private let backend: VulkanBackend
  private let recording: any Recording
  private let states, results: Tensor<UInt32>
  private let parameters: ShaderInterface.VerifySiblings
  private let weights, totals, draftWeights, draftTotals, tokens, parents: [UInt32]
  /// Accepted lengths seen.
  private(set) var lengths = Set<UInt32>()

  init(_ backend: VulkanBackend, rule: SiblingRule) throws {
    let (nodes, vocabulary) = (Self.nodes, Self.vocabulary)
    self.backend = backend
    parameters = ShaderInterface.VerifySiblings(
      maximumNodes: UInt32(nodes), vocabulary: UInt32(vocabulary), mode: rule.rawValue, sequences: 1,
      capacity: UInt32(nodes), draftRows: UInt32(nodes), stream: 0)
    var random = CaseRandom(seed: 5, family: "spine", index: 0)
    // Draft rows near the target's, so that walks are long; products of totals are far above 2^30, so
    // that residuals are rounded.
    var (target, draft): ([[UInt32]], [[UInt32]]) = ([], [])
    for _ in 0..<nodes {
      let row = (0..<vocabulary).map { _ in UInt32.random(in: 1 << 20...1 << 27, using: &random) }
      target.append(row)
      draft.append(row.map { $0 / 8 * UInt32.random(in: 6...9, using: &random) })
    }
    // Step s adds spine node 2s - 1 and leaf 2s.
    var parents: [UInt32] = [NO_NODE]
    for step in 1...UInt32(Self.spine) {
      parents += [UInt32](repeating: step == 1 ? 0 : 2 * step - 3, count: 2)
    }
    // One-hot candidates are accepted with the target's own probability, so the spine takes its likeliest token.
    tokens = (0..<nodes).map { node in
      let row = target[node == 0 ? 0 : Int(parents[node])]
      let ranked = row.indices.sorted { row[$0] > row[$1] }
      return UInt32(ranked[node % 2 == 1 ? 0 : 1])
    }
    if rule == .ownRows { draft = (0..<nodes).map { draft[$0 == 0 ? 0 : Int(parents[$0])] } }
    if rule == .oneHot {
      for node in 0..<nodes {
        target[node] = target[node].map { $0 == target[node].max() ? 1 << 30 : $0 >> 3 }
      }
    }
    self.parents = parents
    weights = target.flatMap { $0 }
    totals = target.flatMap { [$0.reduce(0, +), 0] }
    draftWeights = draft.flatMap { $0 }
    draftTotals = draft.flatMap { [$0.reduce(0, +), 0] }
    states = try backend.makeTensor(Self.runs * Self.stateStride, "states")
    results = try backend.makeTensor(Self.runs * Self.resultStride, "results")
    let scratch: Tensor<UInt32> = try backend.makeTensor(Self.runs * Self.stateStride, "scratch")
    let targetRows = DistributionRows(
      weights: try backend.makeTensor(weights, "target"), totals: try backend.makeTensor(totals, "totals"),
      vocabulary: vocabulary)
    let draftRows = DistributionRows(
      weights: try backend.makeTensor(draftWeights, "draft"),
      totals: try backend.makeTensor(draftTotals, "draft totals"), vocabulary: vocabulary)
    let (treeTokens, treeParents) = (
      try backend.makeTensor(tokens, "tokens"), try backend.makeTensor(parents, "parents")
    )
    let (states, results) = (states, results)
    recording = try backend.record("walks") { list in
      for run in 0..<Self.runs {
        let state = run * Self.stateStride
        let result = run * Self.resultStride
        let tree = TreeBuffers(
          state: states[state..<state + Int(STATE_WORDS)], tokens: treeTokens, parents: treeParents,
          depths: treeTokens, mask: treeTokens, result: results[result..<result + Self.resultWords],
          maximumNodes: nodes)
        list.verifySiblings(
          target: targetRows, draft: draftRows, tree: tree,
          scratch: scratch[state..<state + vocabulary], rule: rule)
      }
    }
  }

  /// The results of the next seeds, [runs][words]: the device's and the reference's.
  func results(batch: Int) throws -> (found: [[UInt32]], expected: [[UInt32]]) {
    var words = [UInt32](repeating: 0, count: Self.runs * Self.stateStride)
    for run in 0..<Self.runs {
      let at = run * Self.stateStride
      words[at + Int(STATE_LENGTH)] = UInt32(run % 7 * 100)
      words[at + Int(STATE_SEED_LOW)] = UInt32(batch * Self.runs + run)
      words[at + Int(STATE_NODES)] = UInt32(Self.nodes)
    }
    try backend.write(words, to: states)
    try recording.run()
    let all = try backend.read(results)
    var (found, expected): ([[UInt32]], [[UInt32]]) = ([], [])
    for run in 0..<Self.runs {
      found.append(Array(all[run * Self.resultStride..<run * Self.resultStride + Self.resultWords]))
      let state = Array(words[run * Self.stateStride..<(run + 1) * Self.stateStride])
      let result = reference(state)
      lengths.insert(result[Int(RESULT_ACCEPTED)])
      expected.append(result)
    }
    return (found, expected)
  }

  private func reference(_ state: [UInt32]) -> [UInt32] {
    var result = [UInt32](repeating: 0xdead_beef, count: Self.resultWords)
    var scratch = [UInt32](repeating: 0, count: Self.vocabulary)
    func pointer(_ array: [UInt32], _ body: (UnsafeBufferPointer<UInt32>) -> Void) {
      array.withUnsafeBufferPointer(body)
    }
    scratch.withUnsafeMutableBufferPointer { scratch in
      result.withUnsafeMutableBufferPointer { result in
        pointer(weights) { w in
          pointer(totals) { t in
            pointer(draftWeights) { dw in
              pointer(draftTotals) { dt in
                pointer(tokens) { tokens in
                  pointer(parents) { parents in
                    pointer(state) { state in
                      Reference.verifySiblings(
                        parameters, weights: w, totals: t, draftWeights: dw, draftTotals: dt,
                        tokens: tokens, parents: parents, state: state, scratch: scratch, result: result)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}
