import Kernels
import Models
import Numerics
import Testing

extension DecodingTests {
  /// Ten thousand random argument lists for each entry point of the model executor: taken or refused with a typed error.
  @Suite struct SessionMisuseTests {
    /// Takes calls and forgets them.
    private final class Forgetful: CommandList {
      var refusal: BackendError?
      func dispatch(_ invocation: Invocation) {}
      func refuse(_ error: BackendError) { refusal = refusal ?? error }
      func copyBytes(from: Storage, at source: Int, to: Storage, at target: Int, byteCount: Int) {}
      func span(_ name: String, _ body: () -> Void) { body() }
    }

    private let model: Model
    private let headless: Model

    init() throws {
      model = try TinyModel.load(on: TestBackends.reference)
      headless = try TinyModel.load(TinyModel.Options(draftHeads: 0), on: TestBackends.reference)
    }

    /// Mostly small, at times absurd.
    private static func size(_ random: inout SplitMix64) -> Int {
      let absurd = [0, -1, .min, .max, 1025, 1 << 21, 1 << 32, 1 << 62]
      return random.next() % 3 == 0
        ? absurd.randomElement(using: &random)! : .random(in: 1...8, using: &random)
    }

    /// Counts what `call` refuses.
    private func refusals(_ seed: UInt64, _ call: (inout SplitMix64) throws -> Void) -> Int {
      var random = SplitMix64(seed)
      var refused = 0
      for _ in 0..<10_000 {
        do {
          try call(&random)
        } catch let error as BackendError {
          guard case .invalidCall(_, let reason) = error, !reason.isEmpty else {
            Issue.record("\(error)")
            continue
          }
          refused += 1
        } catch {
          Issue.record("untyped: \(error)")
        }
      }
      return refused
    }

    @Test func sessions() {
      let refused = refusals(1) { random in
        _ = try ModelSession(
          model: model, maximumRows: Self.size(&random), slots: Self.size(&random),
          logitRows: Self.size(&random))
      }
      #expect(refused > 3_000 && refused < 10_000)
    }

    @Test func prefill() throws {
      let session = try ModelSession(model: model, maximumRows: 8, slots: 64, logitRows: 1)
      let other = try ModelSession(model: model, maximumRows: 4, slots: 64, logitRows: 1)
      let state: Tensor<UInt32> = try TestBackends.reference.makeTensor(8, "state")
      let refused = refusals(2) { random in
        let sessions = [[], [session], [session, other]].randomElement(using: &random)!
        let states = [state, state[0..<5]].randomElement(using: &random)!
        let prefill = try Prefill(sessions: sessions, state: states, sliceRows: Self.size(&random))
        if random.next() % 50 == 0 {
          try prefill.run((0..<UInt32(random.next() % 20)).map { $0 * 1000 })
        }
      }
      #expect(refused > 3_000 && refused < 10_000)
    }

    @Test func forward() throws {
      let session = try ModelSession(model: model, maximumRows: 8, slots: 64, logitRows: 4)
      let memory: Tensor<UInt32> = try TestBackends.reference.makeTensor(64, "memory")
      let refused = refusals(3) { random in
        func words() -> Tensor<UInt32> { memory[0..<min(64, max(0, Self.size(&random)))] }
        let list = Forgetful()
        let rows = ForwardRows(
          tokens: words(), depths: words(), mask: words(), maskWords: Self.size(&random), state: words(),
          firstRow: Self.size(&random), rows: Self.size(&random))
        session.forward(list, rows, wantLogits: random.next() % 2 == 0)
        session.compact(
          list,
          tree: TreeBuffers(
            state: words(), tokens: words(), parents: words(), depths: words(), mask: words(),
            result: words(), maximumNodes: Self.size(&random)))
        if let refusal = list.refusal { throw refusal }
      }
      #expect(refused > 3_000)
    }

    @Test func headLogits() throws {
      let list = Forgetful()
      let session = try ModelSession(model: headless, maximumRows: 8, slots: 64, logitRows: 4)
      session.headLogits(list, state: try TestBackends.reference.makeTensor(8, "state"))
      #expect(
        "\(list.refusal.map { "\($0)" } ?? "")" == "ModelSession.headLogits: the model has no draft heads")
    }
  }
}
