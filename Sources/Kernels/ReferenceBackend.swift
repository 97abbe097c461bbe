import Foundation
import Reference
import ShaderInterface
import Synchronization

/// Runs every kernel's CPU reference: the definition of the result, on any machine, without a driver.
public final class ReferenceBackend: Backend {
  /// What errors and reports call it.
  public let name = "cpu (reference)"

  /// A backend that needs no driver.
  public init() {}

  /// Zeroed host memory, of any use.
  public func makeStorage(byteCount: Int, use: StorageUse, label: String) throws(BackendError) -> Storage {
    if let error = BackendError.unfitSize(byteCount, label) { throw error }
    guard let memory = HostStorage.allocate(byteCount) else {
      throw .outOfMemory(byteCount: byteCount, label: label)
    }
    return HostStorage(memory, label: label)
  }

  /// Copies at once.
  public func write(_ bytes: UnsafeRawBufferPointer, to storage: Storage, at byteOffset: Int)
    throws(BackendError)
  {
    guard storage is HostStorage else { throw .foreignStorage(storage, kernel: "write") }
    if let error = BackendError.unfitRange(storage, byteOffset, bytes.count, "write") { throw error }
    HostStorage.bytes(storage, byteOffset, bytes.count).copyMemory(from: bytes)
  }

  /// Copies at once.
  public func read(_ storage: Storage, at byteOffset: Int, into bytes: UnsafeMutableRawBufferPointer)
    throws(BackendError)
  {
    guard storage is HostStorage else { throw .foreignStorage(storage, kernel: "read") }
    if let error = BackendError.unfitRange(storage, byteOffset, bytes.count, "read") { throw error }
    bytes.copyMemory(from: UnsafeRawBufferPointer(HostStorage.bytes(storage, byteOffset, bytes.count)))
  }

  /// Checks the calls that `body` makes; ``Recording/run()`` computes them one after another.
  public func record(_ label: String, _ body: (any CommandList) -> Void) throws(BackendError) -> any Recording
  {
    let list = ReferenceCommandList()
    body(list)
    if let failure = list.failure { throw failure }
    return ReferenceRecording(steps: list.steps)
  }
}

/// Zeroed, aligned host memory.
final class HostStorage: Storage, @unchecked Sendable {
  private let memory: UnsafeMutableRawBufferPointer

  init(_ memory: UnsafeMutableRawBufferPointer, label: String) {
    self.memory = memory
    super.init(byteCount: memory.count, label: label)
  }

  static func allocate(_ byteCount: Int) -> UnsafeMutableRawBufferPointer? {
    let rounded = (byteCount + tensorAlignment - 1) & ~(tensorAlignment - 1)
    guard let address = aligned_alloc(tensorAlignment, rounded) else { return nil }
    memset(address, 0, rounded)
    return UnsafeMutableRawBufferPointer(start: address, count: byteCount)
  }

  deinit { free(memory.baseAddress) }

  static func bytes(_ storage: Storage, _ offset: Int, _ count: Int) -> UnsafeMutableRawBufferPointer {
    guard let host = storage as? HostStorage else {
      preconditionFailure("\(storage.label) belongs to another backend")
    }
    return UnsafeMutableRawBufferPointer(rebasing: host.memory[offset..<offset + count])
  }
}

private final class ReferenceCommandList: CommandList {
  enum Step: @unchecked Sendable {
    case invoke(Invocation)
    case copy(from: Storage, source: Int, to: Storage, target: Int, byteCount: Int)
    case beginSpan(String)
    case endSpan
  }
  var steps: [Step] = []
  /// The first call that was refused.
  var failure: BackendError?

  func refuse(_ error: BackendError) { failure = failure ?? error }

  func dispatch(_ invocation: Invocation) {
    for operand in invocation.operands { accept(operand.storage, invocation.kernel.rawValue) }
    steps.append(.invoke(invocation))
  }

  private func accept(_ storage: Storage, _ kernel: String) {
    if !(storage is HostStorage) { refuse(.foreignStorage(storage, kernel: kernel)) }
  }

  func copyBytes(from: Storage, at source: Int, to: Storage, at target: Int, byteCount: Int) {
    accept(from, "copy")
    accept(to, "copy")
    if let error = BackendError.unfitCopy(from: from, at: source, to: to, at: target, byteCount: byteCount) {
      return refuse(error)
    }
    steps.append(.copy(from: from, source: source, to: to, target: target, byteCount: byteCount))
  }

  func span(_ name: String, _ body: () -> Void) {
    steps.append(.beginSpan(name))
    body()
    steps.append(.endSpan)
  }
}

private final class ReferenceRecording: Recording {
  private let steps: [ReferenceCommandList.Step]
  private let measured = Mutex<[(name: String, nanoseconds: Double)]>([])

  init(steps: [ReferenceCommandList.Step]) { self.steps = steps }

  var spans: [(name: String, nanoseconds: Double)] { measured.withLock { $0 } }

  func run() throws(BackendError) {
    let clock = ContinuousClock()
    var open: [(name: String, began: ContinuousClock.Instant)] = []
    for step in steps {
      switch step {
      case .invoke(let invocation): ReferenceTable.run(invocation)
      case .copy(let from, let source, let to, let target, let count):
        HostStorage.bytes(to, target, count)
          .copyMemory(from: UnsafeRawBufferPointer(HostStorage.bytes(from, source, count)))
      case .beginSpan(let name): open.append((name, clock.now))
      case .endSpan:
        let (name, began) = open.removeLast()
        let nanoseconds = (clock.now - began) / .nanoseconds(1)
        measured.withLock { spans in
          if let index = spans.firstIndex(where: { $0.name == name }) {
            spans[index].nanoseconds += nanoseconds
          } else {
            spans.append((name, nanoseconds))
          }
        }
      }
    }
  }
}
