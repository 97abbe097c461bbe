import Kernels
import ShaderInterface
import Testing

@testable import Conformance

extension KernelsTests {
  /// Adaptive parallel decoding (Israel et al., 2025): a chain of the first draws of `drawShared` is accepted as long as its
  /// second ones agree; `verifyMatch` reads these where they stand.
  @Suite(.needsDevice) struct SharedPickTests {
    @Test(arguments: [1, 2])
    func `The second draws are picks where they stand`(sequences: Int) throws {
      let (nodes, vocabulary) = (9, 40)
      let rows = sequences * nodes
      var random = CaseRandom(seed: 1, family: "shared picks", index: sequences)
      let a = random.floats(rows * vocabulary, pattern: .plain, exponents: 0...0).map { $0 * 4 }
      let b = zip(a, random.floats(rows * vocabulary, pattern: .plain, exponents: 0...0)).map { $0 + $1 / 2 }
      try withDevice { device in
        var results: [[UInt32]] = []
        for backend in [device, ReferenceBackend()] as [any Backend] {
          let tree = try chains(nodes, sequences, on: backend)
          let batch = SequenceBatch(
            sequences: sequences,
            owners: try backend.makeTensor((0..<UInt32(rows)).map { $0 / UInt32(nodes) }, "owners"))
          let draws: Tensor<UInt32> = try backend.makeTensor(4 * rows, "draws")
          let (first, second) = (try backend.makeTensor(a, "a"), try backend.makeTensor(b, "b"))
          try backend.run("draws") {
            $0.drawShared(
              first, second, ratio: 0.6, depths: tree.depths, state: tree.state, out: draws, rows: rows,
              vocabulary: vocabulary, batch: sequences == 1 ? nil : batch)
          }
          let words = try backend.read(draws)
          // Node i + 1 carries what was drawn first after node i.
          let tokens = (0..<rows).map { $0 % nodes == 0 ? 7 : words[4 * ($0 - 1)] }
          try backend.write(tokens, to: tree.tokens)
          let pairs = try backend.makeTensor(
            (0..<rows).flatMap { words[4 * $0 + 2..<4 * $0 + 4] }, "second draws")
          try backend.run("pairs") { $0.verifyMatch(picks: pairs, tree: tree, sequences: sequences) }
          let expected = try backend.read(tree.result)
          try backend.run("in place") {
            $0.verifyMatch(
              picks: draws, tree: tree, sequences: sequences, pickStride: 4, pickOffset: 2)
          }
          results.append(try backend.read(tree.result))
          #expect(firstDifference(results[results.count - 1], expected) == nil)
          let rounds = try RoundResult.batch(expected, maximumNodes: nodes, sequences: sequences)
          #expect(rounds.contains { $0.acceptedCount > 0 && $0.acceptedCount < nodes - 1 })
        }
        #expect(firstDifference(results[0], results[1]) == nil)
      }
    }

    private func chains(_ nodes: Int, _ sequences: Int, on backend: any Backend) throws -> TreeBuffers {
      let tree = try TreeBuffers(backend: backend, maximumNodes: nodes, sequences: sequences)
      let states = (0..<sequences).map {
        SequenceState(length: 30 + $0, seed: UInt64($0), nodes: nodes, firstNode: $0 * nodes)
      }
      try backend.write(states.flatMap(\.words), to: tree.state)
      let steps = (0..<UInt32(sequences * nodes)).map { $0 % UInt32(nodes) }
      try backend.write(steps.map { $0 == 0 ? NO_NODE : $0 - 1 }, to: tree.parents)
      try backend.write(steps, to: tree.depths)
      return tree
    }
  }
}
