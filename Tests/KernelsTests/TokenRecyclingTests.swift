import Kernels
import Numerics
import ShaderInterface
import Testing

@testable import Conformance

extension KernelsTests {
  /// Token Recycling (Luo et al., 2024) from kernels: a table of each token's last best successors fills a static tree
  /// level by level on the device, and all rows of the tree update the table.
  @Suite(.needsDevice) struct TokenRecyclingTests {
    private static let (vocabulary, successors, rounds) = (64, 8, 12)

    @Test(arguments: [1, 3])
    func `A table on the device drafts and learns as one on the host`(sequences: Int) throws {
      let template = Template.example
      try withDevice { device in
        for backend in [device, ReferenceBackend()] as [any Backend] {
          let store = try Store(backend, template, sequences: sequences)
          var host = HostStore(template, sequences: sequences)
          let round = try store.record(sequences: sequences)
          var accepted = 0
          for number in 0..<Self.rounds {
            // The model sees the tree that the table gives.
            host.draft()
            try store.writeLogits(host.logits())
            try round.run()
            #expect(try backend.read(store.drafted) == host.drafted, "round \(number)")
            accepted += host.verifyAndLearn()
            #expect(try store.texts(sequences: sequences) == host.texts, "round \(number)")
            #expect(try backend.read(store.table) == host.table.flatMap { $0 }, "round \(number)")
          }
          #expect(host.texts == (0..<sequences).map { host.plain($0) })
          #expect(accepted > Self.rounds)
        }
      }
    }

    /// A tree without tokens: parents and which successor of its parent's token each node carries.
    struct Template {
      let parents, ranks: [Int]
      let levels: [Range<Int>]

      static let example = Template(
        parents: [-1, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 5, 5, 6, 8, 11, 11, 14, 15],
        ranks: [0, 0, 1, 2, 3, 0, 1, 2, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0],
        levels: [0..<1, 1..<5, 5..<11, 11..<15, 15..<18, 18..<19])
    }

    /// What stands on the device.
    private struct Store {
      let backend: any Backend
      let template: Template
      let tree: TreeBuffers
      let table, drafted, picks, best, history: Tensor<UInt32>
      let logits: Tensor<Float>

      init(_ backend: any Backend, _ template: Template, sequences: Int) throws {
        let nodes = template.parents.count
        let all = sequences * nodes
        self.backend = backend
        self.template = template
        tree = try TreeBuffers(backend: backend, maximumNodes: nodes, sequences: sequences)
        table = try backend.makeTensor(
          [UInt32](repeating: NO_TOKEN, count: vocabulary * successors), "adjacency store")
        drafted = try backend.makeTensor(all, "drafted tokens")
        picks = try backend.makeTensor(2 * all, "picks")
        best = try backend.makeTensor(all * successors, "best successors")
        history = try backend.makeTensor(sequences * 256, "history")
        logits = try backend.makeTensor(all * vocabulary, "logits")
        let parents = template.parents.map { $0 < 0 ? NO_NODE : UInt32($0) }
        try backend.write((0..<sequences).flatMap { _ in parents }, to: tree.parents)
        let states = (0..<sequences).map { SequenceState(length: 0, nodes: nodes, firstNode: $0 * nodes) }
        try backend.write(states.flatMap(\.words), to: tree.state)
        for s in 0..<sequences {
          try backend.write([UInt32(s)], to: tree.tokens[s * nodes..<s * nodes + 1])
          try backend.write([UInt32(s)], to: history[s * 256..<s * 256 + 1])
        }
      }

      /// One round: the walk over the table, the picks, verification, the table's update.
      func record(sequences: Int) throws -> any Recording {
        let nodes = template.parents.count
        let all = sequences * nodes
        let levels = try template.levels.dropLast().map { try Level($0, template, sequences, backend) }
        return try backend.record("round") { list in
          for level in levels { walk(list, level, sequences: sequences) }
          list.copy(tree.tokens, to: drafted)
          list.argmax(logits, out: picks, rows: all, vocabulary: vocabulary)
          list.topTokens(logits, out: best, rows: all, vocabulary: vocabulary, count: successors)
          list.scatterRows(
            best, targets: tree.tokens, out: table, count: all, rows: vocabulary, columns: successors)
          list.verifyMatch(picks: picks, tree: tree, sequences: sequences)
          list.commitRound(tree: tree, history: history, sequences: sequences)
        }
      }

      /// The children of a level from the rows of its tokens. One sequence looks up those of the level; in a batch, whose
      /// levels lie apart, all nodes are looked up.
      private func walk(_ list: any CommandList, _ level: Level, sequences: Int) {
        list.gatherRows(
          table, rows: vocabulary, sources: tree.tokens, firstSource: level.firstNode, missing: NO_TOKEN,
          out: level.candidates, count: level.candidates.count / successors, columns: successors)
        list.gatherTokens(
          level.candidates, source: level.source, tokens: tree.tokens, first: level.firstChild,
          count: level.source.count, sequences: sequences, state: sequences == 1 ? nil : tree.state)
      }

      func writeLogits(_ rows: [Float]) throws { try backend.write(rows, to: logits) }

      func texts(sequences: Int) throws -> [[UInt32]] {
        let (words, states) = (try backend.read(history), try backend.read(tree.state))
        return (0..<sequences).map { s in
          Array(words[s * 256..<s * 256 + Int(states[s * Int(STATE_WORDS)]) + 1])
        }
      }
    }

    private struct Level {
      let firstNode, firstChild: Int
      let candidates, source: Tensor<UInt32>

      init(_ nodes: Range<Int>, _ template: Template, _ sequences: Int, _ backend: any Backend) throws {
        let children = template.parents.indices.filter { nodes.contains(template.parents[$0]) }
        let all = sequences == 1 ? nodes : 0..<template.parents.count
        firstNode = all.lowerBound
        firstChild = children[0]
        candidates = try backend.makeTensor(sequences * all.count * successors, "candidates of a level")
        let source = children.map {
          UInt32((template.parents[$0] - all.lowerBound) * successors + template.ranks[$0])
        }
        self.source = try backend.makeTensor(source, "successors of a level")
      }
    }

    /// The same in plain Swift, with a target whose logits depend on the last two tokens.
    private struct HostStore {
      let template: Template
      var table = [[UInt32]](
        repeating: [UInt32](repeating: NO_TOKEN, count: successors), count: vocabulary)
      var texts: [[UInt32]]
      var drafted: [UInt32] = []

      init(_ template: Template, sequences: Int) {
        self.template = template
        texts = (0..<UInt32(sequences)).map { [$0] }
      }

      private var nodes: Int { template.parents.count }

      mutating func draft() {
        drafted = texts.flatMap { text in
          template.parents.indices.reduce(into: [UInt32]()) { tokens, node in
            let parent = template.parents[node]
            if parent < 0 { return tokens.append(text[text.count - 1]) }
            let known = tokens[parent] == NO_TOKEN ? nil : table[Int(tokens[parent])]
            tokens.append(known?[template.ranks[node]] ?? NO_TOKEN)
          }
        }
      }

      /// A row of logits, all different. The last token chooses the best successors, the one before it their order.
      static func row(_ text: some Collection<UInt32>) -> [Float] {
        let last = Array(text.suffix(2))
        var random = SplitMix64(UInt64(last[last.count - 1] % 16))
        var row = (0..<UInt32(vocabulary)).shuffled(using: &random).map { Float($0) }
        let best = Self.best(row)
        row[Int(best[Int(last[0] % 3)])] += Float(vocabulary)
        return row
      }

      private func path(_ sequence: Int, to node: Int) -> [UInt32] {
        let path = Swift.sequence(first: node) { $0 == 0 ? nil : template.parents[$0] }.reversed().dropFirst()
        return texts[sequence] + path.map { drafted[sequence * nodes + $0] }
      }

      private var rows: [[Float]] {
        texts.indices.flatMap { s in (0..<nodes).map { Self.row(path(s, to: $0)) } }
      }

      func logits() -> [Float] { rows.flatMap { $0 } }

      private static func best(_ row: [Float]) -> [UInt32] {
        row.indices.sorted { row[$0] > row[$1] }.prefix(successors).map { UInt32($0) }
      }

      /// Greedy verification; then every row of every tree, in order, becomes the table's row of its token.
      mutating func verifyAndLearn() -> Int {
        let rows = rows
        var accepted = 0
        for s in texts.indices {
          var node = 0
          while true {
            let pick = Self.best(rows[s * nodes + node])[0]
            texts[s].append(pick)
            let child = (node + 1..<nodes).first {
              template.parents[$0] == node && drafted[s * nodes + $0] == pick
            }
            guard let child else { break }
            accepted += 1
            node = child
          }
        }
        for (node, token) in drafted.enumerated() where token != NO_TOKEN {
          table[Int(token)] = Self.best(rows[node])
        }
        return accepted
      }

      /// What plain greedy decoding gives.
      func plain(_ sequence: Int) -> [UInt32] {
        var text: [UInt32] = [UInt32(sequence)]
        while text.count < texts[sequence].count { text.append(Self.best(Self.row(text))[0]) }
        return text
      }
    }
  }
}
