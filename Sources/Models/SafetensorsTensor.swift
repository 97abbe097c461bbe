import Foundation

/// A view of one tensor's bytes, which it keeps alive: row-major, little-endian, at any alignment.
public struct SafetensorsTensor: Sendable {
  /// As the file's header gives it.
  public let name: String
  /// Label of the file it comes from.
  public let file: String
  /// Of its elements.
  public let dataType: SafetensorsDataType
  /// Outermost dimension first; empty for a scalar.
  public let shape: [Int]
  /// Product of the shape; 1 for a scalar, 0 where a dimension is 0.
  public let elementCount: Int
  /// The raw bytes, a slice of the file: indices begin at `data.startIndex`.
  public let data: Data

  /// Bytes in the file.
  public var byteCount: Int { data.count }

  /// Calls `body` with the raw bytes; the pointer is valid during the call and may be unaligned.
  public func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    // Data's own closure may only rethrow untyped errors.
    let result: Result<R, E> = data.withUnsafeBytes { bytes in
      do throws(E) {
        return .success(try body(bytes))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// The bits of element `index`, row-major. Traps where `Bits` has another size than the elements.
  public func element<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ index: Int, as bits: Bits.Type = Bits.self
  ) -> Bits {
    precondition(Bits.bitWidth == dataType.bitCount, "\(name): \(dataType.rawValue) is not \(Bits.self)")
    precondition((0..<elementCount).contains(index), "\(name): element \(index) of \(elementCount)")
    return withUnsafeBytes { bytes in
      Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self))
    }
  }
}
