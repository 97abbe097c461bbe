import Kernels
import Models
import Testing

@testable import Decoding

extension DecodingTests {
  @Suite(.serialized) struct DecoderTests {
    private static let noisy = TinyModel.Options(draftHeads: 0, noise: 0.05)
    private static let reference = Result {
      try (
        TinyModel.load(on: TestBackends.reference), TinyModel.load(noisy, on: TestBackends.reference)
      )
    }

    /// Greedy and picks repeat plain decoding; rejection's rows are those of plain passes.
    @Test(arguments: try Combination.all)
    func reference(_ combination: Combination) throws {
      let (target, draft) = try Self.reference.get()
      _ = try check(combination, target, draft)
    }

    /// The device gives the reference's tokens and logit bits.
    @Test(.needsDevice) func device() throws {
      let (target, draft) = try Self.reference.get()
      try TestBackends.withDevice { backend in
        let deviceTarget = try TinyModel.load(on: backend)
        let deviceDraft = try TinyModel.load(Self.noisy, on: backend)
        for combination in try Combination.all {
          let expected = try check(combination, target, draft)
          let generation = try check(combination, deviceTarget, deviceDraft)
          #expect(generation.tokens == expected.tokens, "\(combination.testDescription)")
          #expect(generation.accepted == expected.accepted, "\(combination.testDescription)")
          let difference = firstDifference(generation.logits, expected.logits)
          #expect(difference == nil, "\(combination.testDescription): \(difference ?? "")")
        }
      }
    }

    private func check(_ combination: Combination, _ target: Model, _ draft: Model) throws -> Generation {
      let decoder = try Decoder(target: target, draft: draft, options: combination.options)
      let options = GenerationOptions(maxTokens: 14, seed: 5, stopTokens: [])
      let check = try DecodingCheck.run(decoder: decoder, prompt: Combination.prompt, options: options)
      #expect(check.passed, "\(combination.testDescription): \(check)")
      #expect(check.generation.tokens.count == 14)
      #expect((check.plain != nil) == combination.options.repeatsPlainText)
      return check.generation
    }

    /// A draft that is the target itself is never rejected: greedy, or drawn with its own row at every node.
    @Test(arguments: [
      (Drafter.model(try TreeShape.chain(3)), VerificationRule.greedy),
      (.model(try .branching([2, 2])), .greedy),
      (.model(try .chain(3), .sampled(replacement: true)), .token),
      (.model(try .branching([3, 2, 2]), .sampled(replacement: true)), .siblings),
      (.model(try .branching([3, 2, 2]), .sampled(replacement: false)), .siblings),
      (
        .model(try .paths([[0], [1], [0, 0], [1, 0], [1, 1], [0, 0, 0]]), .sampled(replacement: false)),
        .siblings
      ),
    ])
    func ownDraft(_ drafter: Drafter, _ rule: VerificationRule) throws {
      let (target, _) = try Self.reference.get()
      let warp: Warp? = rule == .greedy ? nil : Warp(temperature: 0.9)
      let decoder = try Decoder(
        target: target, draft: target,
        options: DecodingOptions(drafter: drafter, rule: rule, warp: warp, context: 96))
      for seed in 0..<4 as Range<UInt64> {
        let generation = try decoder.generate(
          Combination.prompt, options: GenerationOptions(maxTokens: 12, seed: seed, stopTokens: []))
        #expect(generation.accepted == generation.offered, "seed \(seed)")
        #expect(generation.blockEfficiency == Double(decoder.shape.maximumDepth + 1))
      }
    }

    /// At temperature 0 every rule is greedy matching.
    @Test func greedyRules() throws {
      let (target, draft) = try Self.reference.get()
      let drafter = Drafter.model(try .chain(3), .sampled(replacement: false))
      let texts = try VerificationRule.allCases.map { rule in
        try Decoder(
          target: target, draft: draft, options: DecodingOptions(drafter: drafter, rule: rule, context: 96)
        ).generate(Combination.prompt, options: GenerationOptions(maxTokens: 10, stopTokens: [])).tokens
      }
      #expect(Set(texts).count == 1)
    }

    /// A good draft pays, in fewer passes; the counts agree with each other.
    @Test func counts() throws {
      let (target, draft) = try Self.reference.get()
      let decoder = try Decoder(
        target: target, draft: draft, options: DecodingOptions(drafter: .model(try .chain(4)), context: 200))
      var streamed: [UInt32] = []
      let generation = try decoder.generate(
        Combination.prompt, options: GenerationOptions(maxTokens: 40, stopTokens: [])
      ) { streamed += $0 }
      #expect(streamed == generation.tokens)
      #expect(generation.tokens.count == 40)
      #expect(generation.stop == .maxTokens)
      #expect(generation.passes < 30, "\(generation.accepted) of \(generation.offered)")
      #expect(generation.roundTokens == generation.passes + generation.accepted.reduce(0, +))
      #expect(generation.offered == [Int](repeating: generation.passes, count: 4))
      #expect(generation.accepted == generation.accepted.sorted(by: >))
      #expect(Set(generation.spans.map(\.name)) == ["draft", "score", "verify", "commit"])
    }

    /// A decoder forgets the text before, whatever it was; a prompt longer than a slice is passed in several.
    @Test func reuse() throws {
      let (target, draft) = try Self.reference.get()
      for drafter in [Drafter.heads(try .branching([3, 2])), .model(try .chain(2)), .promptLookup()] {
        let options = DecodingOptions(drafter: drafter, context: 320)
        let once = GenerationOptions(maxTokens: 6, stopTokens: [], recordsLogits: true)
        let decoder = try Decoder(target: target, draft: draft, options: options)
        let fresh = try decoder.generate([0], options: once)
        let long = (0..<300).map { UInt32($0 * 7 % 256) }
        let check = try DecodingCheck.run(decoder: decoder, prompt: long, options: once)
        #expect(check.passed, "\(drafter): \(check)")
        let again = try decoder.generate([0], options: once)
        #expect(again.tokens == fresh.tokens)
        #expect(again.accepted == fresh.accepted, "\(drafter)")
        #expect(firstDifference(again.logits, fresh.logits) == nil)
      }
    }

    @Test func endings() throws {
      let (target, draft) = try Self.reference.get()
      let decoder = try Decoder(
        target: target, draft: draft, options: DecodingOptions(drafter: .model(try .chain(4)), context: 20))
      let whole = try decoder.generate(
        Combination.prompt, options: GenerationOptions(maxTokens: 99, stopTokens: []))
      #expect(whole.stop == .context)
      #expect(whole.tokens.count == 12)
      let plain = try Decoder(target: target, options: DecodingOptions(context: 20)).generate(
        Combination.prompt, options: GenerationOptions(maxTokens: 99, stopTokens: []))
      #expect(whole.tokens == plain.tokens)
      let last = whole.tokens[5]
      let stopped = try decoder.generate(
        Combination.prompt, options: GenerationOptions(maxTokens: 99, stopTokens: [last]))
      #expect(stopped.stop == .stopToken)
      #expect(stopped.tokens == Array(whole.tokens[...whole.tokens.firstIndex(of: last)!]))
      #expect(
        try decoder.generate(Combination.prompt, options: GenerationOptions(maxTokens: 0)).tokens.isEmpty)
    }

    /// f32, bf16 and untied checkpoints decode as exactly as f16 ones.
    @Test(arguments: ["f32", "bf16", "untied"])
    func formats(_ kind: String) throws {
      var options = TinyModel.Options()
      options.element = kind == "f32" ? .f32 : kind == "bf16" ? .bf16 : .f16
      options.tied = kind != "untied"
      try TestBackends.each { backend in
        let target = try TinyModel.load(options, on: backend)
        #expect(target.notes.isEmpty == (kind == "untied"), "\(target.notes)")
        let decoder = try Decoder(
          target: target, options: DecodingOptions(drafter: .heads(try .branching([3, 2])), context: 64))
        let check = try DecodingCheck.run(
          decoder: decoder, prompt: Combination.prompt,
          options: GenerationOptions(maxTokens: 8, stopTokens: []))
        #expect(check.passed, "\(backend.name): \(check)")
      }
    }
  }
}
