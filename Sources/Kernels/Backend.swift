import Numerics

/// The one seam between device and CPU: what runs kernels.
///
/// Decoding loops and the model executor are written once against this protocol. ``VulkanBackend`` records commands,
/// ``ReferenceBackend`` computes the definition of the result on the CPU; both give the same bits.
public protocol Backend: AnyObject, Sendable {
  /// The device's name, for people.
  var name: String { get }

  /// Zeroed memory of `byteCount` bytes (a multiple of 4, at least 4).
  func makeStorage(byteCount: Int, use: StorageUse, label: String) throws(BackendError) -> Storage

  /// Copies host bytes into storage; returns when later recordings will see them.
  func write(_ bytes: UnsafeRawBufferPointer, to storage: Storage, at byteOffset: Int) throws(BackendError)

  /// Copies storage to the host; everything submitted before has finished by then.
  func read(_ storage: Storage, at byteOffset: Int, into bytes: UnsafeMutableRawBufferPointer)
    throws(BackendError)

  /// Records what `body` asks for; nothing runs before ``Recording/run()``.
  ///
  /// - Throws: ``BackendError/invalidCall(kernel:reason:)`` for the first call whose arguments do not belong together.
  func record(_ label: String, _ body: (any CommandList) -> Void) throws(BackendError) -> any Recording
}

/// Takes kernel calls in order. Each sees what the ones before it wrote.
public protocol CommandList: AnyObject {
  /// Takes a call that the kernel's own method has made and checked.
  func dispatch(_ invocation: Invocation)
  /// Most bytes of an operand.
  var largestBinding: Int { get }
  /// Makes the recording fail with `error`, unless it has failed before; later calls are left out.
  func refuse(_ error: BackendError)
  /// Copies bytes between storages; offsets and count are multiples of 4, and the ranges do not overlap.
  func copyBytes(from: Storage, at: Int, to: Storage, at: Int, byteCount: Int)
  /// Names what `body` records; measured on the device when profiling is on.
  func span(_ name: String, _ body: () -> Void)
}

/// Commands that can run any number of times.
public protocol Recording: AnyObject, Sendable {
  /// Runs the commands and waits for them.
  func run() throws(BackendError)
  /// Nanoseconds of each named span, summed over the runs so far, in recording order; empty without profiling.
  var spans: [(name: String, nanoseconds: Double)] { get }
}

/// What can go wrong outside the program's control.
public enum BackendError: Error, Sendable, CustomStringConvertible {
  /// No memory of this size is left.
  case outOfMemory(byteCount: Int, label: String)
  /// The device is gone; open it again and load again.
  case deviceLost(String)
  /// The work was not done in time; it may still finish.
  case timeout(String)
  /// The device or driver failed; the text carries the call, the result and what to do.
  case device(String)
  /// The device computes differently from the numeric contract, so exact kernels refuse it.
  case notExact(device: String, operations: [String])
  /// The device lacks what a kernel needs.
  case unsupported(kernel: String, reason: String)
  /// Arguments that do not belong together; nothing was recorded.
  case invalidCall(kernel: String, reason: String)

  /// A sentence with the numbers and what to do.
  public var description: String {
    switch self {
    case .outOfMemory(let bytes, let label):
      "\(label): no memory for \(bytes) bytes; use a smaller context or tree, or a device with more memory"
    case .device(let text), .deviceLost(let text), .timeout(let text): text
    case .notExact(let device, let operations):
      "\(device) is not exact (\(operations.joined(separator: ", "))); choose another device, or --device cpu"
    case .unsupported(let kernel, let reason), .invalidCall(let kernel, let reason): "\(kernel): \(reason)"
    }
  }
}

extension BackendError {
  static func foreignStorage(_ storage: Storage, kernel: String) -> BackendError {
    .invalidCall(kernel: kernel, reason: "\(storage.label) belongs to another backend")
  }

  /// Nil if the bytes lie in the storage.
  static func unfitRange(_ storage: Storage, _ byteOffset: Int, _ byteCount: Int, _ call: String)
    -> BackendError?
  {
    let isWithin =
      byteOffset >= 0 && byteCount >= 0 && byteOffset <= storage.byteCount
      && byteCount <= storage.byteCount - byteOffset
    if isWithin { return nil }
    return .invalidCall(
      kernel: call,
      reason: "\(byteCount) bytes at \(byteOffset) of \(storage.label), which has \(storage.byteCount)")
  }

  /// Nil if these bytes can be copied.
  static func unfitCopy(
    from: Storage, at source: Int, to: Storage, at target: Int, byteCount: Int
  ) -> BackendError? {
    if let error = unfitRange(from, source, byteCount, "copy") ?? unfitRange(to, target, byteCount, "copy") {
      return error
    }
    let (reads, writes) = (source..<source + byteCount, target..<target + byteCount)
    if (source | target | byteCount) % 4 != 0 {
      return .invalidCall(
        kernel: "copy",
        reason: "bytes \(reads) of \(from.label) to \(writes) of \(to.label), multiples of 4 are possible")
    }
    guard from === to && reads.overlaps(writes) else { return nil }
    return .invalidCall(
      kernel: "copy", reason: "bytes \(reads) of \(from.label) to \(writes), which overlap")
  }

  /// Nil if storage can have so many bytes.
  static func unfitSize(_ byteCount: Int, _ label: String) -> BackendError? {
    if byteCount >= 4 && byteCount % 4 == 0 { return nil }
    return .invalidCall(
      kernel: "makeStorage", reason: "\(label) of \(byteCount) bytes; multiples of 4 from 4 on are possible")
  }
}

extension Backend {
  /// Memory for `count` elements, zeroed.
  public func makeTensor<T>(_ count: Int, of: T.Type = T.self, use: StorageUse = .device, _ label: String)
    throws(BackendError) -> Tensor<T>
  {
    guard count >= 0, count <= Int.max / 2 / max(1, MemoryLayout<T>.stride) else {
      throw .invalidCall(kernel: "makeTensor", reason: "\(label) of \(count) elements")
    }
    let bytes = max(4, (count * MemoryLayout<T>.stride + 3) & ~3)
    return try Tensor(storage: makeStorage(byteCount: bytes, use: use, label: label), count: count)
  }

  /// Memory that holds `elements`.
  public func makeTensor<T>(_ elements: [T], _ label: String) throws(BackendError) -> Tensor<T> {
    let tensor: Tensor<T> = try makeTensor(elements.count, label)
    try write(elements, to: tensor)
    return tensor
  }

  /// Memory that holds `floats` as f16, two a word with the lower index in the low half: rounded to nearest even, beyond
  /// 65,504 to infinity; an odd count gets a zero behind it.
  public func makeHalves(_ floats: [Float], _ label: String) throws(BackendError) -> Tensor<HalfPair> {
    let words = stride(from: 0, to: floats.count, by: 2).map { low in
      HalfPair(halfBits(of: floats[low]))
        | (low + 1 < floats.count ? HalfPair(halfBits(of: floats[low + 1])) << 16 : 0)
    }
    return try makeTensor(words, label)
  }

  /// Writes all of `elements` to the start of `tensor`.
  public func write<T>(_ elements: [T], to tensor: Tensor<T>) throws(BackendError) {
    guard elements.count <= tensor.count else {
      throw .invalidCall(
        kernel: "write", reason: "\(elements.count) elements into \(tensor.count) (\(tensor.storage.label))")
    }
    guard !elements.isEmpty else { return }
    var failure: BackendError?
    elements.withUnsafeBytes { bytes in
      do throws(BackendError) { try write(bytes, to: tensor.storage, at: tensor.byteOffset) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// The elements of `tensor`, once everything submitted before has finished.
  public func read<T: Numeric>(_ tensor: Tensor<T>) throws(BackendError) -> [T] {
    var elements = [T](repeating: 0, count: tensor.count)
    if elements.isEmpty { return [] }
    var failure: BackendError?
    elements.withUnsafeMutableBytes { bytes in
      do throws(BackendError) { try read(tensor.storage, at: tensor.byteOffset, into: bytes) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return elements
  }

  /// Records and runs once.
  public func run(_ label: String, _ body: (any CommandList) -> Void) throws(BackendError) {
    try record(label, body).run()
  }
}

extension CommandList {
  /// No limit, as on the reference backend.
  public var largestBinding: Int { .max }

  /// Copies all of `source` to the start of `target`, which may not overlap; whole words, no words if it is empty.
  /// Exact.
  public func copy<T>(_ source: Tensor<T>, to target: Tensor<T>) {
    guard source.count <= target.count else {
      let (from, to) = (source.storage.label, target.storage.label)
      return refuse(
        .invalidCall(
          kernel: "copy", reason: "\(source.count) elements of \(from) into \(target.count) of \(to)"))
    }
    guard source.count > 0 else { return }
    copyBytes(
      from: source.storage, at: source.byteOffset, to: target.storage, at: target.byteOffset,
      byteCount: source.byteCount)
  }
}
