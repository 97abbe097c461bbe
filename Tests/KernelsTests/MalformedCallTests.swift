import Kernels
import Testing

@testable import Conformance

/// Calls with arguments that do not belong together are refused with a typed error; nothing traps, the driver sees none.
extension KernelsTests {
  @Suite(.needsDevice) struct MalformedCallTests {
    /// Takes calls and forgets all but their kernels.
    private final class Forgetful: CommandList {
      var refusal: BackendError?
      var kernels: Set<Kernel> = []
      func dispatch(_ invocation: Invocation) { kernels.insert(invocation.kernel) }
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

    @Test func everyKernelHasAnEntryPoint() throws {
      let memory: Tensor<UInt32> = try ReferenceBackend().makeTensor(Arguments.words, "memory")
      let list = Forgetful()
      for entry in EntryPoint.all {
        for index in 0..<1000 {
          var arguments = Arguments(
            random: CaseRandom(seed: 3, family: entry.name, index: index), absurdity: 0, memory: memory,
            foreign: memory)
          entry.call(list, &arguments)
        }
      }
      #expect(list.kernels == Set(Kernel.allCases))
    }

    @Test("What is taken runs on the device over random memory, in silence", arguments: EntryPoint.all)
    func randomRuns(entry: EntryPoint) throws {
      try withDevice { try run(entry, on: $0, runs: 60) }
    }

    @Test("What is taken runs on the reference over random memory", arguments: EntryPoint.all)
    func randomReferenceRuns(entry: EntryPoint) throws {
      try run(entry, on: ReferenceBackend(), runs: 600)
    }

    @Test("Bytes outside their storage, and copies that cannot be, are refused", arguments: [true, false])
    func bytesOutside(onDevice: Bool) throws {
      try withDevice { device in
        let backend: any Backend = onDevice ? device : ReferenceBackend()
        let (a, b): (Tensor<UInt32>, Tensor<UInt32>) = (
          try backend.makeTensor(64, "a"), try backend.makeTensor(64, "b")
        )
        var bytes = [UInt8](repeating: 1, count: 4096)
        for (offset, count) in [(-4, 4), (0, 4096), (256, 4), (.max, 4), (252, 8), (.min, 0)] {
          #expect(throws: BackendError.self) {
            try bytes.withUnsafeBytes {
              try backend.write(.init(rebasing: $0[..<count]), to: a.storage, at: offset)
            }
          }
          #expect(throws: BackendError.self) {
            try bytes.withUnsafeMutableBytes {
              try backend.read(a.storage, at: offset, into: .init(rebasing: $0[..<count]))
            }
          }
        }
        let copies: [(from: Int, to: Int, count: Int)] = [
          (0, 0, 1 << 16), (0, 0, -4), (-4, 0, 4), (0, 256, 4), (2, 0, 4), (0, 0, 3), (.max, .max, .max),
        ]
        for copy in copies {
          #expect(throws: BackendError.self, "\(copy)") {
            try backend.run("copy") {
              $0.copyBytes(
                from: a.storage, at: copy.from, to: b.storage, at: copy.to, byteCount: copy.count)
            }
          }
        }
        #expect(throws: BackendError.self) {
          try backend.run("overlap") {
            $0.copyBytes(from: a.storage, at: 0, to: a.storage, at: 8, byteCount: 16)
          }
        }
        #expect(try backend.read(a) == [UInt32](repeating: 0, count: 64))
      }
    }

    private func run(_ entry: EntryPoint, on backend: any Backend, runs: Int) throws {
      let foreign: Tensor<UInt32> = try ReferenceBackend().makeTensor(Arguments.words, "foreign")
      var random = CaseRandom(seed: 2, family: entry.name, index: 0)
      let memory = try backend.makeTensor(randomWords(&random), "memory")
      var run = 0
      for index in 1...runs {
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

    /// Words of one kind in every 64, where operands start.
    private func randomWords(_ random: inout CaseRandom) -> [UInt32] {
      var words: [UInt32] = []
      while words.count < Arguments.words {
        let kind = random.below(7)
        let bound = random.element([2, 4, 8, 32])
        for i in 0..<64 {
          switch kind {
          case 0: words.append(random.word())
          case 1: words.append(.max - UInt32(random.below(4)))
          case 2: words.append(UInt32(random.below(bound)))
          case 3: words.append(UInt32(random.below(i % 8 + 1)))  // parents, where i % 8 counts nodes
          case 4: words.append(random.oneIn(2) ? UInt32(random.below(bound)) : random.word())
          case 5: words.append((random.unit() * Float(bound) - 2).bitPattern)
          default:
            words.append(random.element([Float.nan, .infinity, -.infinity, -0.0, 3e38, 0x1p-133]).bitPattern)
          }
        }
      }
      return words
    }
  }
}
