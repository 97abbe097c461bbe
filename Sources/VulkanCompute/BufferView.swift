/// A byte range of a buffer; keeps the memory alive.
public struct BufferView: Sendable {
  let storage: BufferStorage
  /// First byte, from the start of the buffer.
  public let byteOffset: Int
  /// Number of bytes.
  public let byteCount: Int

  init(storage: BufferStorage, byteOffset: Int, byteCount: Int) {
    precondition(
      byteOffset >= 0 && byteCount > 0 && byteOffset + byteCount <= storage.byteCount,
      "\(storage.label): bytes \(byteOffset)..<\(byteOffset + byteCount) of \(storage.byteCount)")
    self.storage = storage
    self.byteOffset = byteOffset
    self.byteCount = byteCount
  }

  /// Names the buffer in errors.
  public var label: String { storage.label }

  /// The device that owns the memory.
  public var device: Device { storage.device }

  /// Part of the view: `byteCount` bytes, at least one, from `byteOffset` on. Bytes outside the view stop the program.
  public func slice(byteOffset: Int, byteCount: Int) -> BufferView {
    precondition(
      byteOffset >= 0 && byteCount > 0 && byteOffset + byteCount <= self.byteCount,
      "\(label): bytes \(byteOffset)..<\(byteOffset + byteCount) of a view of \(self.byteCount)")
    return BufferView(storage: storage, byteOffset: self.byteOffset + byteOffset, byteCount: byteCount)
  }

  /// The bytes from the buffer's start.
  var byteRange: Range<Int> { byteOffset..<(byteOffset + byteCount) }
}
