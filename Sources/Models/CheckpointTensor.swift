import Numerics

/// How a float becomes a half.
public enum Float16Rounding: Sendable {
  /// Only values that a half holds exactly; others throw. Signed zeros and infinities are kept.
  case exact
  /// To the nearest half, ties to even (IEEE 754); finite values that would become infinite throw.
  case nearestEven
}

/// A tensor of F16, BF16 or F32 elements, row-major, with conversions to f32 and to the bits of f16.
public struct CheckpointTensor: Sendable {
  /// Element types that convert.
  public static let supportedDataTypes: [SafetensorsDataType] = [.float16, .bfloat16, .float32]

  /// The mapped bytes.
  public let source: SafetensorsTensor
  /// Its name in the file.
  public var name: String { source.name }
  /// Outermost dimension first, [outputs, inputs] for matrices.
  public var shape: [Int] { source.shape }
  /// One of ``supportedDataTypes``.
  public var dataType: SafetensorsDataType { source.dataType }
  /// The product of its dimensions.
  public var elementCount: Int { source.elementCount }

  /// Throws `unsupportedDataType` for other elements.
  public init(_ source: SafetensorsTensor) throws(SafetensorsError) {
    guard Self.supportedDataTypes.contains(source.dataType) else {
      throw .unsupportedDataType(
        file: source.file, tensor: source.name, dataType: source.dataType, supported: Self.supportedDataTypes)
    }
    self.source = source
  }

  private init(checked source: SafetensorsTensor) { self.source = source }

  /// Rows `rows` of the first dimension, without a copy: large tensors convert in pieces. Traps out of range.
  public func rows(_ rows: Range<Int>) -> CheckpointTensor {
    precondition(!shape.isEmpty, "\(name): a scalar has no rows")
    precondition(rows.lowerBound >= 0 && rows.upperBound <= shape[0], "\(name): rows \(rows) of \(shape[0])")
    let columns = shape.dropFirst().reduce(1, *)
    let rowBytes = columns * dataType.bitCount / 8
    let start = source.data.startIndex
    return CheckpointTensor(
      checked: SafetensorsTensor(
        name: name, file: source.file, dataType: dataType, shape: [rows.count] + shape.dropFirst(),
        elementCount: rows.count * columns,
        data: source.data[start + rows.lowerBound * rowBytes..<start + rows.upperBound * rowBytes]))
  }

  /// All elements as f32; exact for each source type.
  public func floats() -> [Float] {
    source.withUnsafeBytes { bytes in
      switch dataType {
      case .float16: convert(bytes) { (bits: UInt16) in float(half: bits) }
      case .bfloat16: convert(bytes) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
      default: convert(bytes) { (bits: UInt32) in Float(bitPattern: bits) }
      }
    }
  }

  /// Calls `body` with all elements as f32; without a copy where the file holds aligned F32.
  public func withFloats<R, E: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    guard dataType == .float32, isAligned(to: Float.self) else {
      let floats = floats()
      return try withBuffer(floats, body)
    }
    return try source.withUnsafeBytes { (bytes) throws(E) -> R in try body(bytes.bindMemory(to: Float.self)) }
  }

  /// All elements as bits of f16. BF16 and F32 convert as `rounding` says.
  ///
  /// Throws `weights(...)` of `inexact` or `overflow` with the first element concerned; NaN becomes 0x7e00 with
  /// its sign.
  public func float16Bits(rounding: Float16Rounding = .exact) throws(CheckpointError) -> [UInt16] {
    if dataType == .float16 { return sixteenBits() }
    let floats = floats()
    var result = [UInt16](repeating: 0, count: floats.count)
    for (index, value) in floats.enumerated() {
      let half = halfBits(of: value)
      if value.isFinite {
        guard half & 0x7c00 != 0x7c00 else {
          throw .weights(.overflow(file: source.file, tensor: name, index: index, value: value))
        }
        guard rounding == .nearestEven || float(half: half) == value else {
          throw .weights(.inexact(file: source.file, tensor: name, index: index, value: value))
        }
      }
      result[index] = half
    }
    return result
  }

  /// The bits of all elements of F16 or BF16. Traps for others.
  func sixteenBits() -> [UInt16] {
    precondition(dataType == .float16 || dataType == .bfloat16, "\(name) holds \(dataType.rawValue)")
    return source.withUnsafeBytes { bytes in convert(bytes) { (bits: UInt16) in bits } }
  }

  /// Calls `body` with all elements as bits of f16; without a copy where the file holds aligned F16.
  public func withFloat16Bits<R>(
    rounding: Float16Rounding = .exact, _ body: (UnsafeBufferPointer<UInt16>) throws(CheckpointError) -> R
  ) throws(CheckpointError) -> R {
    guard dataType == .float16, isAligned(to: UInt16.self) else {
      let bits = try float16Bits(rounding: rounding)
      return try withBuffer(bits, body)
    }
    return try source.withUnsafeBytes { (bytes) throws(CheckpointError) -> R in
      try body(bytes.bindMemory(to: UInt16.self))
    }
  }

  private func isAligned<T>(to type: T.Type) -> Bool {
    source.withUnsafeBytes { Int(bitPattern: $0.baseAddress) % MemoryLayout<T>.alignment == 0 }
  }

  private func withBuffer<T, R, E: Error>(
    _ array: [T], _ body: (UnsafeBufferPointer<T>) throws(E) -> R
  ) throws(E) -> R {
    let result: Result<R, E> = array.withUnsafeBufferPointer { buffer in
      do throws(E) {
        return .success(try body(buffer))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func convert<Bits: FixedWidthInteger & BitwiseCopyable, T>(
    _ bytes: UnsafeRawBufferPointer, _ transform: (Bits) -> T
  ) -> [T] {
    [T](unsafeUninitializedCapacity: elementCount) { out, count in
      for index in 0..<elementCount {
        let bits = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
        out.initializeElement(at: index, to: transform(Bits(littleEndian: bits)))
      }
      count = elementCount
    }
  }
}
