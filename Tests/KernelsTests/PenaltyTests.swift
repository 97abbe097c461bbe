import Kernels
import ShaderInterface
import Testing

extension KernelsTests {
  /// What ``LogitPenalties`` says of texts that one call does not serve, and of settings for each row.
  @Suite struct PenaltyTests {
    private static let vocabulary = 6

    /// A tree of a root, a child and its child, whose draft tokens are all accepted each round.
    private struct Round {
      let drafts: [UInt32]
      let bonus: UInt32
    }

    private func penalized(
      _ backend: any Backend, tree: TreeBuffers, state: Tensor<UInt32>, history: Tensor<UInt32>
    ) throws -> [[Float]] {
      let logits: Tensor<Float> = try backend.makeTensor(3 * Self.vocabulary, "logits")
      try backend.run("penalties") {
        $0.penalties(
          logits, LogitPenalties(presence: 0.5, frequency: 1, window: 1000), history: history, state: state,
          tokens: tree.tokens, parents: tree.parents, rows: 3, vocabulary: Self.vocabulary)
      }
      let values = try backend.read(logits)
      return (0..<3).map { Array(values[$0 * Self.vocabulary..<($0 + 1) * Self.vocabulary]) }
    }

    private func expected(_ outputs: [UInt32]) -> [Float] {
      (0..<UInt32(Self.vocabulary)).map { token in
        let count = outputs.count { $0 == token }
        return count > 0 ? -(Float(count) + 0.5) : 0
      }
    }

    private func checkOutputs(_ backend: any Backend) throws {
      let tree = try TreeBuffers(backend: backend, maximumNodes: 3)
      let prompt: [UInt32] = [4, 4, 1, 5]
      let text: Tensor<UInt32> = try backend.makeTensor(32, "history")
      try backend.write(prompt, to: text)
      try backend.write(SequenceState(length: prompt.count - 1, nodes: 3).words, to: tree.state)
      // The outputs' own.
      let outputs = try backend.makeTensor([NO_TOKEN] + [UInt32](repeating: 0, count: 31), "outputs")
      let counted = TreeBuffers(
        state: try backend.makeTensor(SequenceState(length: 0).words, "outputs' state"), tokens: tree.tokens,
        parents: tree.parents, depths: tree.depths, mask: tree.mask, result: tree.result, maximumNodes: 3)
      try backend.write([prompt[3]], to: tree.tokens)
      try backend.write([NO_NODE, 0, 1], to: tree.parents)
      var said: [UInt32] = []
      for (index, round) in [
        Round(drafts: [2, 2], bonus: 3), Round(drafts: [1, 2], bonus: 0), Round(drafts: [4, 3], bonus: 3),
      ].enumerated() {
        try backend.write(round.drafts, to: tree.tokens[1..<3])
        let rows = try penalized(backend, tree: tree, state: counted.state, history: outputs)
        for depth in 0..<3 {
          #expect(
            rows[depth] == expected(said + round.drafts.prefix(depth)), "round \(index), depth \(depth)")
        }
        let picks = [round.drafts[0], 0, round.drafts[1], 0, round.bonus, 0]
        let picked = try backend.makeTensor(picks, "picks")
        try backend.run("round") {
          $0.verifyMatch(picks: picked, tree: tree)
          $0.commitRound(tree: tree, history: text)
          $0.commitRound(tree: counted, history: outputs)
        }
        if index == 0 { try backend.write([NO_TOKEN], to: outputs) }
        said += round.drafts + [round.bonus]
      }
      #expect(try backend.read(text).prefix(prompt.count + said.count) == (prompt + said)[...])
      #expect(try backend.read(outputs).prefix(1 + said.count) == ([NO_TOKEN] + said)[...])
    }

    @Test func `A history of the outputs alone keeps the prompt from counting`() throws {
      try checkOutputs(ReferenceBackend())
    }

    @Test(.needsDevice) func `The same on a device`() throws { try withDevice(checkOutputs) }

    /// Three sequences of two rows each, every sequence with a window and values of its own, every row with a bias.
    private func checkRows(_ backend: any Backend) throws {
      let (sequences, rows) = (3, 6)
      let penalties = [
        LogitPenalties(frequency: 1, window: 2), LogitPenalties(presence: 3, window: 9),
        LogitPenalties(presence: 0.25, frequency: 2, window: 3),
      ]
      let history = try backend.makeTensor([0, 1, 1, 5, 2, 2, 3, 5, 4, 4, 4, 4] as [UInt32], "history")
      let states = (0..<sequences).map { SequenceState(length: 3, nodes: 2, firstNode: 2 * $0) }
      let state = try backend.makeTensor(states.flatMap(\.words), "states")
      let tokens = try backend.makeTensor([5, 1, 5, 3, 4, 0] as [UInt32], "tokens")
      let parents = try backend.makeTensor([NO_NODE, 0, NO_NODE, 0, NO_NODE, 0], "parents")
      let logits: Tensor<Float> = try backend.makeTensor(rows * Self.vocabulary, "logits")
      let settings = try backend.makeTensor((0..<rows).flatMap { penalties[$0 / 2].words }, "settings")
      let biases = (0..<rows).flatMap { row in (0..<Self.vocabulary).map { $0 == 3 ? Float(row) / 8 : 0 } }
      let bias = try backend.makeTensor(biases, "biases")
      let owners = try backend.makeTensor((0..<rows).map { UInt32($0 / 2) }, "owners")
      try backend.run("penalties") {
        $0.penalties(
          logits, settings: settings, history: history, state: state, tokens: tokens, parents: parents,
          rows: rows, vocabulary: Self.vocabulary, bias: bias, rowBiases: true,
          batch: SequenceBatch(sequences: sequences, owners: owners))
      }
      let expected: [Float] = [
        0, -1, 0, 0, 0, -1,  // of 0 1 1 5 the last two
        0, -1, 0, 0, 0, -1,  // 5 1
        0, 0, -3, -3, 0, -3,  // 2 2 3 5
        0, 0, -3, -3, 0, -3,
        0, 0, 0, 0, -6.25, 0,  // 4 4 4
        -2.25, 0, 0, 0, -4.25, 0,  // 4 4 0
      ]
      #expect(try backend.read(logits) == zip(expected, biases).map { $0 + $1 })
    }

    @Test func `Rows of a batch have penalties of their own`() throws {
      try checkRows(ReferenceBackend())
    }

    @Test(.needsDevice) func `Rows with penalties of their own on a device`() throws {
      try withDevice(checkRows)
    }
  }
}
