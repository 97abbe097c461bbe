/// A buffer range that a kernel uses, and how: the recorder places barriers by it.
public enum BufferOperand: Sendable {
  /// Only read.
  case read(BufferView)
  /// Only written, not necessarily all of it.
  case write(BufferView)
  /// Read and written.
  case readWrite(BufferView)

  /// The range.
  public var view: BufferView {
    switch self {
    case .read(let view), .write(let view), .readWrite(let view): view
    }
  }

  var isRead: Bool {
    if case .write = self { false } else { true }
  }

  /// Whether commands may write it.
  public var isWritten: Bool {
    if case .read = self { false } else { true }
  }
}
