import Kernels
import Testing

@testable import Conformance

/// Calls with arguments that do not belong together are refused with a typed error; nothing traps, the driver sees none.
extension KernelsTests {
  @Suite(.needsDevice) struct MalformedCallTests {
    /// Takes calls and forgets them.
    private final class Forgetful: CommandList {
      var refusal: BackendError?
      func dispatch(_ invocation: Invocation) {}
      func refuse(_ error: BackendError) { refusal = error }
      func copyBytes(from: Storage, at source: Int, to: Storage, at target: Int, byteCount: Int) {}
      func span(_ name: String, _ body: () -> Void) { body() }
    }

    @Test("Ten thousand random argument lists an entry point are taken or refused", arguments: EntryPoint.all)
    func randomArguments(entry: EntryPoint) throws {
      let memory: Tensor<UInt32> = try ReferenceBackend().makeTensor(Arguments.words, "memory")
      var refused = 0
      for index in 0..<10_000 {
        let list = Forgetful()
        var arguments = Arguments(
          random: CaseRandom(seed: 1, family: entry.name, index: index), absurdity: 6, memory: memory,
          foreign: memory)
        entry.call(list, &arguments)
        guard let refusal = list.refusal else { continue }
        refused += 1
        guard case .invalidCall(_, let reason) = refusal, !reason.isEmpty else {
          Issue.record("\(entry.name): \(refusal)")
          return
        }
      }
      #expect(refused > 1_000 && refused < 10_000, "\(entry.name): \(refused) refused")
    }

    @Test("What is taken runs on the device over random memory, in silence", arguments: EntryPoint.all)
    func randomRuns(entry: EntryPoint) throws {
      try withDevice { try run(entry, on: $0) }
    }

    @Test("What is taken runs on the reference over random memory", arguments: EntryPoint.all)
    func randomReferenceRuns(entry: EntryPoint) throws {
      try run(entry, on: ReferenceBackend())
    }

    private func run(_ entry: EntryPoint, on backend: any Backend) throws {
      let foreign: Tensor<UInt32> = try ReferenceBackend().makeTensor(Arguments.words, "foreign")
      var random = CaseRandom(seed: 2, family: entry.name, index: 0)
      let words = (0..<Arguments.words).map { _ in
        random.oneIn(2) ? UInt32(random.below(8)) : random.word()
      }
      var run = 0
      let memory = try backend.makeTensor(words, "memory")
      for index in 1...60 {
        var arguments = Arguments(
          random: CaseRandom(seed: 2, family: entry.name, index: index), absurdity: index % 2 == 0 ? 0 : 12,
          memory: memory, foreign: foreign)
        do throws(BackendError) {
          let recording = try backend.record(entry.name) { entry.call($0, &arguments) }
          try recording.run()
          run += 1
        } catch {
          guard case .invalidCall = error else { throw error }
        }
      }
      #expect(run > 0, "\(entry.name): nothing was taken")
    }
  }
}
