import Conformance
import Kernels
import ShaderInterface
import Testing

extension KernelsTests {
  /// A whole block of Mamba-2 on a token tree, as STree verifies drafts with it (Wu et al., 2025).
  @Suite(.needsDevice) struct StateSpaceBlockTests {
    private static let nodes = 16
    private static let numbers = StateSpaceBlock.Numbers(seed: 5)

    /// A random tree and the hidden rows of its nodes.
    private struct Tree {
      let parents: [Int]
      let hidden: [[Float]]

      init(_ index: Int) {
        var random = CaseRandom(seed: 4, family: "block", index: index)
        parents = (0..<nodes).map { $0 == 0 ? -1 : Int.random(in: max(0, $0 - 4)..<$0, using: &random) }
        hidden = (0..<nodes).map { _ in
          (0..<StateSpaceBlock.columns).map { _ in Float.random(in: -2...2, using: &random) }
        }
      }

      func path(to node: Int) -> [Int] { (parents[node] < 0 ? [] : path(to: parents[node])) + [node] }

      func rows(_ backend: any Backend) throws -> RecurrentRows {
        let words = parents.map { UInt32(bitPattern: Int32($0)) }
        return RecurrentRows(
          count: nodes, state: try backend.makeState(length: 9),
          parents: try backend.makeTensor(words, "parents"))
      }
    }

    /// A round's result that accepted `path`.
    private func result(_ path: [Int]) -> [UInt32] {
      var words = [UInt32](repeating: 0, count: TreeBuffers.resultWords(maximumNodes: Self.nodes))
      words[Int(RESULT_ACCEPTED)] = UInt32(path.count - 1)
      for (j, node) in path.enumerated() { words[Int(RESULT_PATH) + j] = UInt32(node) }
      return words
    }

    @Test(arguments: 0..<3)
    func `A tree gives the bits of its path, token by token, and commits them`(index: Int) throws {
      let tree = Tree(index)
      try withDevice { device in
        for backend in [device, ReferenceBackend()] as [any Backend] {
          for end in [0, 7, 15] {
            let path = tree.path(to: end)
            let block = try StateSpaceBlock(backend, Self.numbers)
            let pass = try block.makePass(tree.rows(backend), hidden: tree.hidden.flatMap { $0 })
            let result = try backend.makeTensor(result(path), "result")
            try backend.run("tree") { list in
              block.record(pass, in: list)
              block.recordCommit(pass, result: result, maximumNodes: Self.nodes, in: list)
            }
            let out = try backend.read(pass.hidden)

            let alone = try StateSpaceBlock(backend, Self.numbers)
            for node in path {
              let rows = RecurrentRows(count: 1, state: try backend.makeState(length: 9))
              let step = try alone.makePass(rows, hidden: tree.hidden[node])
              try backend.run("token") { list in
                alone.record(step, in: list)
                alone.recordCommit(step, in: list)
              }
              let row = node * StateSpaceBlock.columns..<(node + 1) * StateSpaceBlock.columns
              #expect(firstDifference(Array(out[row]), try backend.read(step.hidden)) == nil, "node \(node)")
            }
            for (kept, expected) in [(block.committed, alone.committed), (block.tail, alone.tail)] {
              #expect(firstDifference(try backend.read(kept), try backend.read(expected)) == nil)
            }
          }
        }
      }
    }

    @Test func `The device gives the bits of the reference`() throws {
      let tree = Tree(7)
      func out(_ backend: any Backend) throws -> [Float] {
        let block = try StateSpaceBlock(backend, Self.numbers)
        let pass = try block.makePass(tree.rows(backend), hidden: tree.hidden.flatMap { $0 })
        try backend.run("tree") { block.record(pass, in: $0) }
        return try backend.read(pass.hidden)
      }
      let expected = try out(ReferenceBackend())
      try withDevice { device in
        let found = try out(device)
        #expect(firstDifference(found, expected) == nil)
      }
    }

    /// Every rounding of the block carried through it: see ``ErrorBounded``.
    @Test func `A tree is within the roundings' bound of double arithmetic`() throws {
      let tree = Tree(0)
      try withDevice { backend in
        let block = try StateSpaceBlock(backend, Self.numbers, hasHalves: false)
        let (state, tail) = (try backend.read(block.committed), try backend.read(block.tail))
        let pass = try block.makePass(tree.rows(backend), hidden: tree.hidden.flatMap { $0 })
        try backend.run("tree") { block.record(pass, in: $0) }
        let out = try backend.read(pass.hidden)
        let exact = ExactStateSpaceBlock(numbers: Self.numbers)
        let (columns, channels) = (StateSpaceBlock.columns, StateSpaceBlock.channels)
        let start = ExactStateSpaceBlock.Kept(
          state: state.map { ErrorBounded($0) },
          inputs: (0..<StateSpaceBlock.width - 1).reversed().map { age in
            tail[age * channels..<(age + 1) * channels].map { ErrorBounded($0) }
          })
        var kept: [ExactStateSpaceBlock.Kept] = []
        for node in 0..<Self.nodes {
          let step = exact.step(
            tree.hidden[node], after: tree.parents[node] < 0 ? start : kept[tree.parents[node]])
          kept.append(step.kept)
          for (c, bounded) in step.out.enumerated() {
            let difference = abs(Double(out[node * columns + c]) - bounded.value)
            #expect(difference <= bounded.error, "node \(node), column \(c)")
            #expect(bounded.error < 0.005, "the bound says little: \(bounded)")
            #expect(abs(bounded.value - Double(tree.hidden[node][c])) > 1e-6, "the block does something")
          }
        }
      }
    }
  }
}
