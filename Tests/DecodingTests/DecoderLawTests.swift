import Kernels
import Models
import Testing

@testable import Decoding

extension DecodingTests {
  /// Rejection keeps the target's law through the whole loop: draft rows reach the right nodes, draws the right rule.
  @Suite(.serialized) struct DecoderLawTests {
    private static let warp = Warp(temperature: 4, topK: 3)
    private static let prompt: [UInt32] = [0, 50, 60]
    private static let texts = 800

    /// Two tokens over many seeds against the exact probabilities of the pairs (Pearson's statistic; seeds are fixed).
    @Test(arguments: [
      (Drafter.none, VerificationRule.siblings),
      (.model(try TreeShape.chain(2)), .token),
      (.model(try .branching([2, 2])), .siblings),
      (.model(try .chain(2), .sampled(replacement: true)), .token),
      (.model(try .branching([2, 2]), .sampled(replacement: true)), .siblings),
      (.model(try .branching([2, 2]), .sampled(replacement: false)), .siblings),
      (.model(try .branching([3, 1]), .sampled(replacement: false)), .siblings),
      (.model(try .branching([2, 2]), .sampled(replacement: false)), .pick),
      (.heads(try .branching([2, 2])), .siblings),
      (.model(try .chain(2), .sampled(replacement: true)), .traversal),
      (.model(try .branching([2, 2]), .sampled(replacement: true)), .traversal),
      (.model(try .branching([2, 2]), .sampled(replacement: false)), .traversal),
      (.model(try .branching([2, 2])), .traversal),
    ])
    func pairs(_ drafter: Drafter, _ rule: VerificationRule) throws {
      let options = TinyModel.Options(layers: 1)
      let target = try TinyModel.load(options, on: TestBackends.reference)
      let draft = try TinyModel.load(
        TinyModel.Options(layers: 1, draftHeads: 0, noise: 0.2), on: TestBackends.reference)
      let expected = try pairProbabilities(target)
      let decoder = try Decoder(
        target: target, draft: draft,
        options: DecodingOptions(drafter: drafter, rule: rule, warp: Self.warp, context: 16))
      var counts: [[UInt32]: Int] = [:]
      var accepted = 0
      for seed in 0..<UInt64(Self.texts) {
        let text = try decoder.generate(
          Self.prompt, options: GenerationOptions(maxTokens: 2, seed: seed, stopTokens: []))
        counts[text.tokens, default: 0] += 1
        accepted += text.accepted.reduce(0, +)
      }
      #expect(Set(counts.keys).isSubset(of: expected.keys))
      var statistic = 0.0
      for (pair, probability) in expected {
        let mean = probability * Double(Self.texts)
        statistic += (Double(counts[pair] ?? 0) - mean) * (Double(counts[pair] ?? 0) - mean) / mean
      }
      // Nine pairs, eight degrees of freedom: 35 is exceeded once in 40,000 times.
      #expect(statistic < 35, "\(counts) against \(expected)")
      if case .none = drafter { return }
      #expect(accepted > 0, "no draft token was accepted: the test says nothing")
    }

    private func pairProbabilities(_ target: Model) throws -> [[UInt32]: Double] {
      var pairs: [[UInt32]: Double] = [:]
      for (first, p) in try probabilities(target, Self.prompt) {
        for (second, q) in try probabilities(target, Self.prompt + [first]) {
          pairs[[first, second]] = p * q
        }
      }
      return pairs
    }

    /// The next token's probabilities by the distribution kernel, from the logits of plain decoding.
    private func probabilities(_ target: Model, _ prompt: [UInt32]) throws -> [(UInt32, Double)] {
      let decoder = try Decoder(target: target, options: DecodingOptions(context: 16))
      let generation = try decoder.generate(
        prompt, options: GenerationOptions(maxTokens: 1, stopTokens: [], recordsLogits: true))
      let backend = target.backend
      let rows = try DistributionRows(backend: backend, rows: 1, vocabulary: 256, label: "law")
      let logits: Tensor<Float> = try backend.makeTensor(
        generation.logits[0].map { Float(bitPattern: $0) }, "logits")
      try backend.run("law") { $0.distribution(logits, warp: Self.warp, out: rows, rows: 1) }
      let total = Double(try backend.read(rows.totals)[0])
      return try backend.read(rows.weights).enumerated().filter { $0.element > 0 }
        .map { (UInt32($0.offset), Double($0.element) / total) }
    }
  }
}
