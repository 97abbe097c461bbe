import Conformance
import Kernels
import Testing

extension KernelsTests {
  /// The comparison itself: each kind of mistake that a device can make is found.
  @Suite struct FaultTests {
    @Test(arguments: Fault.allCases)
    func `A fault is found`(fault: Fault) throws {
      let backend = FaultyBackend(fault)
      let report = try Conformance.run(backend: backend, kernel: "residualAdd/apart", seed: 5, cases: 20)
      #expect(!report.passed)
      let problem = try #require(report.kernels[0].problem)
      #expect(problem.contains(fault.evidence), "\(problem)")
      #expect(problem.contains("--kernel residualAdd/apart --seed 5 --cases"), "\(problem)")
    }

    @Test func `A device without faults passes`() throws {
      #expect(try Conformance.run(backend: FaultyBackend(nil), kernel: "residualAdd", cases: 20).passed)
    }
  }
}

/// What a device gets wrong in every result.
enum Fault: CaseIterable, Sendable {
  case flippedBit, unwrittenElement, writtenInput, writtenPastEnd, writtenBeforeStart

  /// What the report says about it.
  var evidence: String {
    switch self {
    case .flippedBit: "out["
    case .unwrittenElement: "never written"
    case .writtenInput: "wrote to an input"
    case .writtenPastEnd, .writtenBeforeStart: "guard word"
    }
  }
}

/// The reference with one fault: the words of `residualAdd` change after the run.
final class FaultyBackend: Backend {
  let name = "faulty"
  private let reference = ReferenceBackend()
  private let fault: Fault?

  init(_ fault: Fault?) { self.fault = fault }

  func makeStorage(byteCount: Int, use: StorageUse, label: String) throws(BackendError) -> Storage {
    try reference.makeStorage(byteCount: byteCount, use: use, label: label)
  }
  func write(_ bytes: UnsafeRawBufferPointer, to storage: Storage, at byteOffset: Int) throws(BackendError) {
    try reference.write(bytes, to: storage, at: byteOffset)
  }
  func read(_ storage: Storage, at byteOffset: Int, into bytes: UnsafeMutableRawBufferPointer)
    throws(BackendError)
  {
    try reference.read(storage, at: byteOffset, into: bytes)
  }

  func record(_ label: String, _ body: (any CommandList) -> Void) throws(BackendError) -> any Recording {
    let probe = Probe()
    body(probe)
    return FaultyRecording(
      inner: try reference.record(label, body), backend: self, fault: fault, calls: probe.calls)
  }

  private final class Probe: CommandList {
    var calls: [Invocation] = []
    func dispatch(_ invocation: Invocation) { calls.append(invocation) }
    func refuse(_ error: BackendError) {}
    func copyBytes(from: Storage, at: Int, to: Storage, at target: Int, byteCount: Int) {}
    func span(_ name: String, _ body: () -> Void) { body() }
  }
}

private final class FaultyRecording: Recording {
  private let inner: any Recording
  private let backend: FaultyBackend
  private let fault: Fault?
  private let calls: [Invocation]

  init(inner: any Recording, backend: FaultyBackend, fault: Fault?, calls: [Invocation]) {
    (self.inner, self.backend, self.fault, self.calls) = (inner, backend, fault, calls)
  }

  var spans: [(name: String, nanoseconds: Double)] { inner.spans }

  func run() throws(BackendError) {
    try inner.run()
    guard let fault, let call = calls.last else { return }
    let (input, output) = (call.operands[0], call.operands[call.operands.count - 1])
    switch fault {
    case .flippedBit: try change(output, at: output.byteOffset) { $0 ^ 1 }
    case .unwrittenElement: try change(output, at: output.byteOffset) { _ in poison }
    case .writtenInput: try change(input, at: input.byteOffset) { $0 ^ 0x8000_0000 }
    case .writtenPastEnd: try change(output, at: output.byteOffset + output.byteCount) { _ in 0 }
    case .writtenBeforeStart: try change(output, at: output.byteOffset - 4) { _ in 0 }
    }
  }

  private func change(_ operand: Operand, at byteOffset: Int, _ body: (UInt32) -> UInt32) throws(BackendError)
  {
    let word = try Tensor<UInt32>(storage: operand.storage, byteOffset: byteOffset, count: 1)
    try backend.write([body(try backend.read(word)[0])], to: word)
  }
}
