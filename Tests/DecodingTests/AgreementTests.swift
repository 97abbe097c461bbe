import Foundation
import Kernels
import Models
import ShaderInterface
import Testing

@testable import Decoding

extension DecodingTests {
  /// Exactness says that all backends compute the same; this says that it is the model.
  @Suite(.serialized) struct AgreementTests {
    /// Logits and head logits near the model in Double: 13-bit activations cost a part in a thousand or so.
    @Test(arguments: [TinyModel.Element.f16, .f32])
    func double(_ element: TinyModel.Element) throws {
      let options = TinyModel.Options(tied: element == .f16, element: element)
      let checkpoint = try TinyModel.checkpoint(options)
      let tokens = (0..<24).map { UInt32($0 * 29 % 256) }
      let model = DoubleLlama(checkpoint: checkpoint)
      let hidden = try model.hidden(tokens)
      let logits = try model.logits(hidden)
      let heads = try model.headLogits(hidden[tokens.count - 1])
      try TestBackends.each { backend in
        let session = try ModelSession(
          model: try Model(checkpoint: checkpoint, backend: backend), maximumRows: 24, slots: 24,
          logitRows: 24)
        let tree = try TreeBuffers(backend: backend, maximumNodes: 24)
        try backend.write(tokens, to: tree.tokens)
        try backend.write((0..<24).map { UInt32($0) }, to: tree.depths)
        let last = Int(STATE_LAST_NODE)
        try backend.write([23], to: tree.state[last..<last + 1])
        var rows = ForwardRows(tree, 0..<24)
        rows.maskWords = 0
        try backend.run("forward") {
          session.forward($0, rows, wantLogits: true)
          session.headLogits($0, state: tree.state)
        }
        let tolerance = element == .f16 ? 0.02 : 0.01
        #expect(try distance(backend.read(session.logits), logits) < tolerance, "\(backend.name)")
        let headLogits = try #require(session.headLogits)
        #expect(try distance(backend.read(headLogits), heads) < tolerance, "\(backend.name)")
      }
    }

    /// Root mean square of the difference over that of the expected values.
    private func distance(_ found: [Float], _ expected: [[Double]]) -> Double {
      let flat = expected.flatMap { $0 }
      let difference = zip(found, flat).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
      return (difference / flat.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }

    /// Heads see the row that gave the root its token, after the prompt and after every kind of round.
    @Test func headInput() throws {
      let checkpoint = try TinyModel.checkpoint()
      let target = try Model(checkpoint: checkpoint, backend: TestBackends.reference)
      let model = DoubleLlama(checkpoint: checkpoint)
      let shape = try TreeShape.chain(3)
      let options = DecodingOptions(drafter: .heads(shape), context: 64)
      let round = try Round(target: target, draft: nil, options: options, shape: shape, context: 64)
      var text = Combination.prompt
      try round.start(prompt: text, seed: 1)
      for _ in 0..<4 {
        // The root's own row is not passed yet, so the heads read the row before it.
        let expected = try model.headLogits(try #require(try model.hidden(Array(text.dropLast())).last))
        text += try round.run().tokens
        let drafted = try TestBackends.reference.read(round.tree.tokens)
        let headLogits = try #require(round.target.headLogits)
        let found = try TestBackends.reference.read(headLogits)
        #expect(distance(found, expected) < 0.02)
        for j in expected.indices {
          let best = found[j * 256..<(j + 1) * 256].enumerated().max { $0.element < $1.element }
          #expect(drafted[j + 1] == best.map { UInt32($0.offset) })
        }
      }
    }
  }
}
