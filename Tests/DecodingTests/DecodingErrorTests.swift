import Kernels
import Models
import Testing

@testable import Decoding

extension DecodingTests {
  @Suite struct DecodingErrorTests {
    private let target: Model
    private let draft: Model

    init() throws {
      target = try TinyModel.load(on: TestBackends.reference)
      draft = try TinyModel.load(TinyModel.Options(draftHeads: 0), on: TestBackends.reference)
    }

    /// The error of `body`, as text.
    private func failure(_ body: () throws -> Void) -> String {
      do {
        try body()
        return "no error"
      } catch let error as DecodingError {
        return error.description
      } catch {
        return "untyped: \(error)"
      }
    }

    @Test func options() throws {
      let warp = Warp(temperature: 1)
      let tree = Drafter.model(try .branching([2, 2]))
      func decoder(
        _ drafter: Drafter, _ rule: VerificationRule = .greedy, _ warp: Warp? = nil, context: Int? = 64
      )
        -> String
      {
        failure {
          _ = try Decoder(
            target: target, draft: nil,
            options: DecodingOptions(drafter: drafter, rule: rule, warp: warp, context: context))
        }
      }
      #expect(decoder(tree).contains("needs a draft model"))
      #expect(decoder(tree, .token, warp).contains("2x2 has 2: use siblings"))
      #expect(decoder(.none, .greedy, warp).contains("use pick, token, siblings or traversal"))
      #expect(decoder(.heads(try .chain(4))).contains("4 deep, but the model has 3 draft heads"))
      #expect(decoder(.promptLookup(minimum: 3, maximum: 2, count: 1)).contains("3 to 2"))
      #expect(decoder(.promptLookup(minimum: 1, maximum: 2, count: 5000)).contains("1024"))
      #expect(decoder(.none, context: 513).contains("513 tokens; the models allow 1 to 512"))
      #expect(decoder(.none, context: 0).contains("a context of 0"))
    }

    @Test func models() throws {
      let drafter = Drafter.model(try .chain(2))
      let small = try TinyModel.load(
        TinyModel.Options(vocabulary: 200, draftHeads: 0), on: TestBackends.reference)
      let elsewhere = try TinyModel.load(on: ReferenceBackend())
      let options = DecodingOptions(drafter: drafter, context: 64)
      #expect(
        failure { _ = try Decoder(target: target, draft: small, options: options) }
          .contains("has 256 tokens, the draft's 200"))
      #expect(
        failure { _ = try Decoder(target: target, draft: elsewhere, options: options) }.contains(
          "the draft on"))
      #expect(
        failure {
          _ = try Decoder(
            target: small, options: DecodingOptions(drafter: .heads(try .branching([250])), context: 64))
        }.contains("0 draft heads"))
    }

    @Test func prompts() throws {
      let decoder = try Decoder(target: target, options: DecodingOptions(context: 8))
      #expect(failure { _ = try decoder.generate([]) }.contains("no token"))
      #expect(
        failure { _ = try decoder.generate([UInt32](repeating: 1, count: 8)) }
          .contains("8 tokens leave no room in a context of 8"))
      #expect(failure { _ = try decoder.generate([0, 256]) }.contains("token 256 at position 1"))
    }

    /// Logits that are not finite end the text with their position, under every rule.
    @Test func notFinite() throws {
      try TestBackends.each { backend in
        var options = TinyModel.Options()
        options.broken = true
        let broken = try TinyModel.load(options, on: backend)
        for rule in VerificationRule.allCases {
          let warp: Warp? = rule == .greedy ? nil : Warp(temperature: 1)
          let decoder = try Decoder(
            target: broken,
            options: DecodingOptions(drafter: .heads(try .chain(2)), rule: rule, warp: warp, context: 32))
          let text = failure { _ = try decoder.generate(Combination.prompt) }
          #expect(text == "the model's logits for position 8 are not finite", "\(backend.name) \(rule)")
        }
      }
    }
  }
}
