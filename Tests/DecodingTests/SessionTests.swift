import Foundation
import Kernels
import Models
import ShaderInterface
import Testing

@testable import Decoding

extension DecodingTests {
  /// The promise below everything else: a row's logits do not depend on the rows beside it.
  @Suite(.serialized) struct SessionTests {
    private static let prefix: [UInt32] = (0..<70).map { UInt32($0 * 37 % 251) }
    private static let text: [UInt32] = (0..<64).map { UInt32(($0 * 91 + 13) % 256) }

    /// One sequence of a model whose first tokens are committed.
    private struct Sequence {
      let session: ModelSession
      let tree: TreeBuffers
      let backend: any Backend

      init(_ model: Model, nodes: Int) throws {
        backend = model.backend
        session = try ModelSession(model: model, maximumRows: 64, slots: 200, logitRows: 64)
        tree = try TreeBuffers(backend: backend, maximumNodes: nodes)
        try Prefill(sessions: [session], state: tree.state, sliceRows: 64).run(SessionTests.prefix)
      }

      func load(_ tokens: [UInt32], _ shape: TreeShape) throws {
        try backend.write(tokens, to: tree.tokens)
        try backend.write(shape.depths.map { UInt32($0) }, to: tree.depths)
        try backend.write(shape.maskRows, to: tree.mask)
      }

      /// Logit bits of each of the rows, from one pass.
      func pass(_ rows: ForwardRows) throws -> [[UInt32]] {
        try backend.run("pass") { session.forward($0, rows, wantLogits: true) }
        let bits = try backend.read(session.logits).map(\.bitPattern)
        let vocabulary = session.model.configuration.vocabularySize
        return (0..<rows.rows).map { Array(bits[$0 * vocabulary..<($0 + 1) * vocabulary]) }
      }
    }

    /// Logits of `text`, one committed token after another.
    private func alone(_ model: Model, _ text: [UInt32]) throws -> [[UInt32]] {
      let sequence = try Sequence(model, nodes: 1)
      var rows: [[UInt32]] = []
      for token in text {
        try sequence.load([token], .root)
        rows += try sequence.pass(ForwardRows(sequence.tree, 0..<1))
        try sequence.backend.run("advance") { $0.advanceState(sequence.tree.state, rows: 1) }
      }
      return rows
    }

    @Test func chains() throws {
      try TestBackends.each { backend in
        let model = try TinyModel.load(on: backend)
        let expected = try alone(model, Self.text)
        let counts = backend is ReferenceBackend ? [1, 2, 3, 7, 16, 33, 64] : Array(1...64)
        for count in counts {
          let sequence = try Sequence(model, nodes: count)
          try sequence.load(Array(Self.text.prefix(count)), try .chain(count - 1))
          let masked = try sequence.pass(ForwardRows(sequence.tree, 0..<count))
          let difference = firstDifference(masked, Array(expected.prefix(count)))
          #expect(difference == nil, "\(backend.name), \(count) masked rows: \(difference ?? "")")
          var causal = ForwardRows(sequence.tree, 0..<count)
          causal.maskWords = 0
          let unmasked = firstDifference(try sequence.pass(causal), Array(expected.prefix(count)))
          #expect(unmasked == nil, "\(backend.name), \(count) causal rows: \(unmasked ?? "")")
        }
      }
    }

    /// Every node of a tree has the logits of its own path, also when the tree is passed a depth at a time.
    @Test(arguments: ["[[0],[1],[2],[0,0],[0,1],[2,0],[0,0,0],[0,0,1],[2,0,0],[0,0,1,0]]", "3x2x2x1", "31x1"])
    func trees(_ specification: String) throws {
      let shape = try TreeShape(specification: specification)
      let tokens = (0..<shape.count).map { UInt32(($0 * 53 + 5) % 256) }
      try TestBackends.each { backend in
        let model = try TinyModel.load(on: backend)
        let sequence = try Sequence(model, nodes: shape.count)
        try sequence.load(tokens, shape)
        let whole = try sequence.pass(ForwardRows(sequence.tree, 0..<shape.count))
        let levels = try shape.levels().flatMap { try sequence.pass(ForwardRows(sequence.tree, $0)) }
        #expect(firstDifference(whole, levels) == nil)
        for leaf in stride(from: shape.count - 1, to: 0, by: -5) {
          var path = [leaf]
          while path[0] > 0 { path.insert(shape.parents[path[0]], at: 0) }
          let difference = firstDifference(path.map { whole[$0] }, try alone(model, path.map { tokens[$0] }))
          #expect(difference == nil, "\(backend.name), leaf \(leaf): \(difference ?? "")")
        }
      }
    }

    /// Slices of any size leave the same cache behind.
    @Test func slices() throws {
      try TestBackends.each { backend in
        let model = try TinyModel.load(on: backend)
        let caches = try [1, 5, 64].map { rows in
          let session = try ModelSession(model: model, maximumRows: 64, slots: 128, logitRows: 0)
          let state: Tensor<UInt32> = try backend.makeTensor(Int(STATE_WORDS), "state")
          let last = try Prefill(sessions: [session], state: state, sliceRows: rows).run(Self.prefix)
          #expect(last == (Self.prefix.count - 1) % rows)
          #expect(try backend.read(state)[Int(STATE_LENGTH)] == 70)
          return try session.caches.flatMap { try backend.read($0.keys) + backend.read($0.values) }
        }
        #expect(caches[0] == caches[2])
        #expect(caches[1] == caches[2])
      }
    }

    @Test func tokenizer() {
      #expect(ByteTokenizer.encode("ab") == [0, 97, 98])
      #expect(ByteTokenizer.decode([0, 104, 105, 0]) == "hi")
      #expect(ByteTokenizer.decode([0xff]) == "\u{FFFD}")
    }

    /// The models that travel with the library load and continue Python, exactly.
    @Test func embedded() throws {
      let backend: any Backend = TestBackends.reference
      let target = try Model(directory: try EmbeddedModel.target.directory(), backend: backend)
      let draft = try Model(directory: try EmbeddedModel.draft.directory(), backend: backend)
      let prompt = ByteTokenizer.encode("def add(a, b):\n    return ")
      for drafter in [Drafter.model(try .chain(3)), .heads(try .branching([2, 2]))] {
        let decoder = try Decoder(
          target: target, draft: draft, options: DecodingOptions(drafter: drafter, context: 64))
        let check = try DecodingCheck.run(
          decoder: decoder, prompt: prompt, options: GenerationOptions(maxTokens: 12, stopTokens: []))
        #expect(check.passed, "\(check)")
        #expect(check.generation.accepted[0] > 0, "\(drafter): no draft was ever right")
      }
    }
  }
}
