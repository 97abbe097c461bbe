/// Who touches a buffer.
public enum BufferIntent: Sendable, Hashable {
  /// Kernels only; the host goes through ``Device/upload(_:to:)-(UnsafeRawBufferPointer,_)`` and downloads.
  case device
  /// Written by the host, read by kernels and copies; mapped.
  case upload
  /// Written by the device, read by the host; mapped.
  case readback
}

/// `count` elements of device memory, uninitialised at first.
///
/// The memory is freed once the buffer and its views are gone and the device has finished with it.
public struct Buffer<Element: BitwiseCopyable>: ~Copyable, Sendable {
  /// Number of elements.
  public let count: Int
  let storage: BufferStorage

  /// Allocates `count` elements, at least one.
  ///
  /// Throws ``VulkanError/outOfMemory(requestedBytes:label:)``, or ``VulkanError/capacity(limit:requested:maximum:label:device:)``
  /// above `maxMemoryAllocationSize`.
  public init(
    _ device: Device, count: Int, intent: BufferIntent = .device, label: String
  ) throws(VulkanError) {
    precondition(count > 0, "\(label): a buffer has at least one element, not \(count)")
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    precondition(!overflow, "\(label): \(count) elements of \(Element.self) overflow the address space")
    self.count = count
    storage = try BufferStorage(device: device, byteCount: bytes, intent: intent, label: label)
  }

  /// Names the buffer in errors.
  public var label: String { storage.label }

  /// Who touches the buffer.
  public var intent: BufferIntent { storage.intent }

  /// Size in bytes.
  public var byteCount: Int { storage.byteCount }

  /// All of the buffer, as an operand.
  public var view: BufferView { BufferView(storage: storage, byteOffset: 0, byteCount: byteCount) }

  /// The elements in `range`, as an operand.
  public subscript(range: Range<Int>) -> BufferView {
    let stride = MemoryLayout<Element>.stride
    return view.slice(byteOffset: range.lowerBound * stride, byteCount: range.count * stride)
  }

  /// Lets the host touch the elements of an ``BufferIntent/upload`` or ``BufferIntent/readback`` buffer.
  ///
  /// The host must have waited for the submissions that use them. The pointer is good for the call only.
  public func withElements<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(
      storage.intent != .device, "\(label): a device buffer is not mapped; use upload and download")
    guard let mapped = storage.mapped else { preconditionFailure("\(label): the buffer is not mapped") }
    defer { withExtendedLifetime(storage) {} }
    return try body(
      UnsafeMutableBufferPointer(start: mapped.assumingMemoryBound(to: Element.self), count: count))
  }
}
