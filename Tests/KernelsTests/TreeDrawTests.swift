import Kernels
import ShaderInterface
import Testing

@testable import Conformance

extension KernelsTests {
  /// Children drawn by the tree's own parents are those of the form with as many children for each parent.
  @Suite(.needsDevice) struct TreeDrawTests {
    /// The children of each node, in order of nodes.
    private static let shapes = [[3, 2, 2, 2], [1, 1, 1], [4, 0, 3, 1, 2, 0, 0, 1, 2], [2, 5, 0, 1]]

    /// A depth of nodes: those below the same number of parents.
    private struct Depth {
      let nodes: Range<Int>
      /// Parents of this depth that have as many children, one after another.
      var runs: [(firstParent: Int, parents: Int, children: Int, firstChild: Int)] = []
    }

    @Test(arguments: shapes, DraftKeys.allCases)
    func `A depth in one call draws what calls for parents of one kind draw`(
      counts: [Int], keys: DraftKeys
    ) throws {
      let (parents, depths) = Self.tree(counts)
      for (vocabulary, replacement) in [(7, false), (7, true), (900, false), (900, true)] {
        try withDevice { device in
          var random = CaseRandom(seed: 1, family: "tree draws \(counts) \(keys)", index: vocabulary)
          let law = WeightRows(rows: parents.count, vocabulary: vocabulary, emptyRarity: 9, random: &random)
          for backend in [device, ReferenceBackend()] as [any Backend] {
            let rows = DistributionRows(
              weights: try backend.makeTensor(law.weights, "weights"),
              totals: try backend.makeTensor(law.totals, "totals"), vocabulary: vocabulary)
            let trees = try [0, 1].map { _ in
              let tree = try TreeBuffers(backend: backend, maximumNodes: parents.count)
              try backend.write(
                SequenceState(length: 9, seed: 5, nodes: parents.count).words, to: tree.state)
              try backend.write(parents, to: tree.parents)
              return tree
            }
            try backend.run("draws") { list in
              for (number, depth) in depths.enumerated() {
                for run in depth.runs {
                  list.drawChildren(
                    rows, state: trees[0].state, tokens: trees[0].tokens, parents: run.parents,
                    children: run.children, replacement: replacement, firstParent: run.firstParent,
                    firstChild: run.firstChild, childDepth: number + 1, keys: keys)
                }
                list.drawChildren(
                  rows, tree: trees[1], parents: depth.nodes.count, children: 8, replacement: replacement,
                  firstParent: depth.nodes.lowerBound, childDepth: number + 1, keys: keys)
              }
            }
            let drawn = try backend.read(trees[1].tokens)
            #expect(firstDifference(drawn, try backend.read(trees[0].tokens)) == nil)
            #expect(Set(drawn.dropFirst()).count > 1)
          }
        }
      }
    }

    /// Parents of each node, and its depths with the runs of parents that have as many children.
    private static func tree(_ counts: [Int]) -> (parents: [UInt32], depths: [Depth]) {
      var (parents, depths, end) = ([NO_NODE], [Depth](), 1)
      var nodes = 0..<1
      while !nodes.isEmpty {
        var depth = Depth(nodes: nodes)
        for node in nodes where node < counts.count && counts[node] > 0 {
          let count = counts[node]
          if let run = depth.runs.last, run.firstParent + run.parents == node, run.children == count {
            depth.runs[depth.runs.count - 1].parents += 1
          } else {
            depth.runs.append((node, 1, count, parents.count))
          }
          parents += [UInt32](repeating: UInt32(node), count: count)
        }
        depths.append(depth)
        (nodes, end) = (end..<parents.count, parents.count)
      }
      return (parents, depths.filter { !$0.runs.isEmpty })
    }
  }
}
