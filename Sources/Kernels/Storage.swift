/// Memory that kernels read and write; a subclass for each backend owns it.
///
/// Storage is reference-counted: a recording keeps what it uses alive.
open class Storage: @unchecked Sendable {
  /// Size in bytes, a multiple of 4.
  public let byteCount: Int
  /// Names the memory in errors.
  public let label: String

  /// What a backend's subclass calls.
  public init(byteCount: Int, label: String) {
    self.byteCount = byteCount
    self.label = label
  }
}

/// What memory is for.
public enum StorageUse: Sendable {
  /// Read and written by kernels.
  case device
  /// Also read by the host after each round.
  case readback
}

/// A typed range of storage: `count` elements from a byte offset.
///
/// Shapes stand in the documentation of the kernel that takes the tensor; a matrix is dense and row-major.
public struct Tensor<Element: BitwiseCopyable & Sendable>: Sendable {
  /// The memory that it is part of.
  public let storage: Storage
  /// Where it begins there.
  public let byteOffset: Int
  /// Its elements.
  public let count: Int

  /// Bytes of its elements.
  public var byteCount: Int { count * MemoryLayout<Element>.stride }
  /// Of the storage.
  var byteRange: Range<Int> { byteOffset..<byteOffset + byteCount }

  /// - Throws: ``BackendError/invalidCall(kernel:reason:)`` unless the elements lie within `storage`.
  public init(storage: Storage, byteOffset: Int = 0, count: Int) throws(BackendError) {
    let stride = MemoryLayout<Element>.stride
    guard byteOffset >= 0, count >= 0, byteOffset <= storage.byteCount,
      count <= (storage.byteCount - byteOffset) / stride
    else {
      throw .invalidCall(
        kernel: "Tensor",
        reason: "\(count) elements of \(stride) bytes from byte \(byteOffset) on exceed the "
          + "\(storage.byteCount) bytes of \(storage.label)")
    }
    self.init(unchecked: storage, byteOffset: byteOffset, count: count)
  }

  /// A range that is known to lie within `storage`.
  private init(unchecked storage: Storage, byteOffset: Int, count: Int) {
    self.storage = storage
    self.byteOffset = byteOffset
    self.count = count
  }

  /// The same bytes as elements of another type, such as the bits of floats; bytes that make no whole element are left out.
  public func reinterpreted<Other>(as: Other.Type = Other.self) -> Tensor<Other> {
    Tensor<Other>(unchecked: storage, byteOffset: byteOffset, count: byteCount / MemoryLayout<Other>.stride)
  }

  /// The elements in `range`. A kernel operand must start at a multiple of ``tensorAlignment`` bytes; a copy need not.
  ///
  /// A range that is not within 0 ..< ``count`` stops the program, as an array's does.
  public subscript(range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "\(storage.label): elements \(range) of \(count)")
    return Tensor(
      unchecked: storage, byteOffset: byteOffset + range.lowerBound * MemoryLayout<Element>.stride,
      count: range.count)
  }
}

/// Byte alignment at which every Vulkan device can bind part of a buffer.
public let tensorAlignment = 256

/// Two f16 values, the lower index in the low half.
public typealias HalfPair = UInt32
