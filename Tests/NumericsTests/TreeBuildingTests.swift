import Numerics
import Reference
import ShaderInterface
import Testing

/// Hand-computed examples of the kernels that build trees.
@Suite struct TreeBuildingTests {
  private func words(_ count: Int) -> UnsafeMutableBufferPointer<UInt32> {
    mutableOperand([UInt32](repeating: 77, count: count))
  }

  /// Status, then depths, mask and links of a tree of at most 8 nodes that starts at node 1 of 9.
  private func layout(_ parents: [UInt32], nodes: UInt32? = nil, first: UInt32 = 1) -> (
    status: UInt32, depths: [UInt32], mask: [UInt32], links: [UInt32]
  ) {
    let state = mutableOperand([20, 0, 0, nodes ?? UInt32(parents.count), 0, 0, first, 0] as [UInt32])
    let (depths, mask, links) = (words(9), words(9), words(18))
    Reference.treeLayout(
      TreeLayout(sequences: 1, maximumNodes: 8, capacity: 9, maskWords: 1),
      parents: operand([99] + parents), state: state, depths: depths, mask: mask, links: links)
    return (state[Int(STATE_STATUS)], Array(depths), Array(mask), Array(links))
  }

  @Test func layoutOfASmallTree() {
    let (status, depths, mask, links) = layout([NO_NODE, 0, 0, 1, 1])
    let none = NO_NODE
    #expect(status == STATUS_OK)
    #expect(depths == [77, 0, 1, 1, 2, 2, 77, 77, 77])
    #expect(mask == [77, 0b1, 0b11, 0b101, 0b1011, 0b10011, 77, 77, 77])
    #expect(links[2..<12] == [1, none, 3, 2, none, none, none, 4, none, none])
  }

  @Test func malformedTreesAreLaidOutAsRoots() {
    let none = NO_NODE
    for parents in [[none, 0, 2], [none, 0, none], [none, 1, 0]] as [[UInt32]] {
      let (status, depths, mask, links) = layout(parents)
      #expect(status == STATUS_MALFORMED_TREE)
      #expect(depths[1..<4] == [0, 0, 0] && mask[1..<4] == [1, 2, 4])
      #expect(links[2..<8] == [none, none, none, none, none, none])
    }
    for (nodes, first) in [(0, 1), (9, 0), (5, 5), (1, 9), (1, none)] as [(UInt32, UInt32)] {
      let (status, depths, _, _) = layout([none, 0, 0, 0, 0], nodes: nodes, first: first)
      #expect(
        status == (nodes == 0 ? STATUS_OK : STATUS_MALFORMED_TREE)
          && depths == [UInt32](repeating: 77, count: 9))
    }
  }

  /// Bound at depth d: d - 1 roundings, 2^-24 of the score each, since scores only fall; two flushes of 2^-64 a depth.
  @Test func scoresAreSumsWithinTheirRoundings() {
    let (depths, count) = (40, 3)
    var random = SplitMix64(9)
    let steps = random.adversarial(depths * count).map { -abs($0) }
    let (tokens, scores) = (words(depths * count), poisoned(depths * count))
    let (rowParents, nodeTokens, nodeParents) = (words(depths + 1), words(depths + 1), words(depths + 1))
    var exact = 0.0
    for depth in 1...depths {
      let own = Array(steps[(depth - 1) * count..<depth * count])
      Reference.growTree(
        GrowTree(
          sequences: 1, firstRow: U32(depth - 1), rows: 1, maximumRows: U32(depths + 1), count: U32(count),
          width: 1, firstInput: 0, inputRows: 1, accumulates: 1),
        logProbabilities: operand(own), candidates: operand([1, 2, 3]), tokens: tokens, scores: scores,
        rowParents: rowParents, nodeTokens: nodeTokens, nodeParents: nodeParents)
      for j in 0..<count {
        let sum = exact + Double(own[j])
        let bound = Double(depth - 1) * 0x1p-24 * abs(sum) + Double(2 * depth) * 0x1p-64
        #expect(abs(Double(scores[(depth - 1) * count + j]) - sum) <= bound, "depth \(depth) child \(j)")
      }
      exact += Double(own[Int(rowParents[depth]) % count])
    }
  }

  /// Two depths of two candidates a row: 0 and 1 below the root, 2 and 3 below candidate 1, 4 and 5 below candidate 0.
  @Test func growthKeepsTheBestOfADepth() {
    let (tokens, rowParents, nodeTokens, nodeParents) = (words(6), words(3), words(3), words(3))
    let scores = poisoned(6)
    func grow(_ steps: [Float], _ candidates: [UInt32], firstRow: UInt32, rows: UInt32, width: UInt32) {
      Reference.growTree(
        GrowTree(
          sequences: 1, firstRow: firstRow, rows: rows, maximumRows: 3, count: 2, width: width,
          firstInput: 0, inputRows: rows, accumulates: 1),
        logProbabilities: operand(steps), candidates: operand(candidates), tokens: tokens, scores: scores,
        rowParents: rowParents, nodeTokens: nodeTokens, nodeParents: nodeParents)
    }
    grow([-2, -0.5], [10, 11], firstRow: 0, rows: 1, width: 2)
    #expect(Array(rowParents) == [77, 1, 0] && Array(nodeTokens) == [77, 11, 10])
    #expect(Array(nodeParents) == [77, 0, 0])
    grow([-1, .nan, -0.25, 3], [20, 21, 22, 23], firstRow: 1, rows: 2, width: 0)
    #expect(Array(scores) == [-2, -0.5, -1.5, -.infinity, -2.25, -2])
    #expect(Array(tokens) == [10, 11, 20, NO_TOKEN, 22, 23])

    // Best first: 1 (-0.5), 2 (-1.5), then the tie of 0 and 5 at -2 goes to 0.
    func select(_ nodes: UInt32, rowParents: [UInt32]) -> (state: [UInt32], [UInt32], [UInt32], [UInt32]) {
      let state = mutableOperand([20, 0, 0, 0, 0, 0, 0, 0] as [UInt32])
      let (own, parents, sources) = (words(6), words(6), words(6))
      Reference.selectTree(
        SelectTree(sequences: 1, rows: 3, maximumRows: 3, count: 2, nodes: nodes, capacity: 6),
        tokens: operand(Array(tokens)), scores: operand(Array(scores)), rowParents: operand(rowParents),
        state: state, nodeTokens: own, nodeParents: parents, sources: sources)
      return (Array(state), Array(own), Array(parents), Array(sources))
    }
    let best = select(4, rowParents: [77, 1, 0])
    #expect(best.state[Int(STATE_NODES)] == 4 && best.state[Int(STATE_STATUS)] == STATUS_OK)
    #expect(best.1 == [77, 10, 11, 20, 77, 77])
    #expect(best.2 == [NO_NODE, 0, 0, 2, 77, 77])
    #expect(best.3 == [NO_NODE, 0, 1, 2, 77, 77])
    let all = select(6, rowParents: [77, 1, 0])
    #expect(all.1 == [77, 10, 11, 20, 22, 23] && all.2 == [NO_NODE, 0, 0, 2, 1, 1])
    let bad = select(3, rowParents: [77, 3, 0])
    #expect(bad.state[Int(STATE_STATUS)] == STATUS_MALFORMED_TREE && bad.state[Int(STATE_NODES)] == 1)
    #expect(bad.1 == [77, 77, 77, 77, 77, 77] && bad.2 == [NO_NODE, 77, 77, 77, 77, 77])
  }

  @Test func pathsMergeByPrefix() {
    func merge(_ merging: UInt32, maximumNodes: UInt32 = 8) -> (UInt32, [UInt32], [UInt32], [UInt32]) {
      let state = mutableOperand([20, 0, 0, 0, 0, 0, 0, 0] as [UInt32])
      let (tokens, parents, nodes) = (words(8), words(8), words(9))
      Reference.mergePaths(
        MergePaths(
          sequences: 1, paths: 3, maximumLength: 3, maximumNodes: maximumNodes, capacity: 8, merging: merging),
        paths: operand([5, 6, 7, 5, 9, NO_TOKEN, 5, 6, 8]), state: state, tokens: tokens, parents: parents,
        nodes: nodes)
      return (state[Int(STATE_NODES)], Array(tokens), Array(parents), Array(nodes))
    }
    let none = NO_NODE
    let merged = merge(1)
    #expect(merged.0 == 6 && merged.1 == [77, 5, 6, 7, 9, 8, 77, 77])
    #expect(merged.2 == [none, 0, 1, 2, 1, 2, 77, 77] && merged.3 == [1, 2, 3, 1, 4, none, 1, 2, 5])
    let cut = merge(1, maximumNodes: 4)
    #expect(
      cut.0 == 4 && cut.1 == [77, 5, 6, 7, 77, 77, 77, 77] && cut.3 == [1, 2, 3, 1, none, none, 1, 2, none])
    let apart = merge(0)
    #expect(apart.0 == 8 && apart.1 == [77, 5, 6, 7, 5, 9, 5, 6] && apart.2 == [none, 0, 1, 2, 0, 4, 0, 6])
  }
}
