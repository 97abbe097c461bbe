/// Why safetensors weights cannot be used: the file, the tensor, the numbers, and what to do.
///
/// `file` is the path, or the label given with bytes in memory. Misuse (an index out of range) traps instead.
public enum SafetensorsError: Error, Sendable, Equatable {
  /// The operating system does not give us the file.
  case cannotRead(file: String, reason: String)
  /// The file ends at `availableBytes`; what it begins needs `neededBytes`.
  case truncated(file: String, neededBytes: UInt64, availableBytes: Int)
  /// The header claims to be longer than the format allows.
  case headerTooLarge(file: String, bytes: UInt64, maximum: Int)
  /// The header (or the index) is not the JSON expected; `byte` counts from the start of that JSON.
  case malformedJSON(file: String, byte: Int, problem: String)
  /// The header (or the index) has the same key twice; `byte` counts from the start of that JSON.
  case duplicateKey(file: String, key: String, byte: Int)
  /// A value in the header (or the index) has another type than the format says. `owner` is a tensor or a key.
  case mistyped(file: String, owner: String, field: String, expected: String, found: String)
  /// The element type is not one of the format's.
  case unknownDataType(file: String, tensor: String, dataType: String)
  /// The byte count of the shape does not fit in 63 bits.
  case shapeOverflow(file: String, tensor: String, shape: [Int])
  /// The shape's bits do not fill whole bytes (packed elements of 4 or 6 bits).
  case partialByte(file: String, tensor: String, dataType: SafetensorsDataType, shape: [Int])
  /// The bytes `begin..<end` are not a range of the data area, which has `dataBytes`.
  case outOfRange(file: String, tensor: String, begin: Int, end: Int, dataBytes: Int)
  /// Shape and element type need `expectedBytes`, the offsets say `foundBytes`.
  case sizeMismatch(
    file: String, tensor: String, dataType: SafetensorsDataType, shape: [Int], expectedBytes: Int,
    foundBytes: Int)
  /// Two tensors share data; `byte` of the data area is the first they share.
  case overlapping(file: String, first: String, second: String, byte: Int)
  /// The bytes `begin..<end` of the data area belong to no tensor.
  case hole(file: String, begin: Int, end: Int)
  /// No tensor has this name; `near` lists similar names, most similar first.
  case missingTensor(file: String, tensor: String, near: [String])
  /// The tensor has another shape than the configuration asks for.
  case wrongShape(file: String, tensor: String, expected: [Int], found: [Int])
  /// The tensor's elements cannot be used here; `supported` lists what can.
  case unsupportedDataType(
    file: String, tensor: String, dataType: SafetensorsDataType, supported: [SafetensorsDataType])
  /// Element `index` (row-major) is not a half exactly, and rounding was not asked for.
  case inexact(file: String, tensor: String, index: Int, value: Float)
  /// Element `index` (row-major) is finite and would round to an infinite half.
  case overflow(file: String, tensor: String, index: Int, value: Float)
  /// An index names a shard that is not a plain file name ending in ".safetensors".
  case unsafeShardName(file: String, shard: String)
}

extension SafetensorsError: CustomStringConvertible {
  /// A sentence that names the file and the tensor.
  public var description: String {
    switch self {
    case .cannotRead(let file, let reason):
      "\(file): cannot be read: \(reason); check the path and its permissions"
    case .truncated(let file, let needed, let available):
      "\(file): has \(available) bytes, \(needed) are needed; download or copy it again"
    case .headerTooLarge(let file, let bytes, let maximum):
      "\(file): a header of \(bytes) bytes exceeds \(maximum); this is probably not a safetensors file"
    case .malformedJSON(let file, let byte, let problem):
      "\(file): malformed JSON at byte \(byte): \(problem); write the file again with a safetensors library"
    case .duplicateKey(let file, let key, let byte):
      "\(file): the key \(key.abbreviated) is there twice, again at byte \(byte) of the JSON; give each tensor one name"
    case .mistyped(let file, let owner, let field, let expected, let found):
      "\(file): \(owner.abbreviated): \(field) is \(found), expected \(expected); "
        + "write the file again with a safetensors library"
    case .unknownDataType(let file, let tensor, let dataType):
      "\(file): \(tensor.abbreviated): unknown dtype \(dataType.abbreviated); convert the tensor to F16, BF16 or F32"
    case .shapeOverflow(let file, let tensor, let shape):
      "\(file): \(tensor.abbreviated): the size of shape \(text(shape)) overflows; the header is damaged"
    case .partialByte(let file, let tensor, let dataType, let shape):
      "\(file): \(tensor.abbreviated): \(dataType.rawValue) of shape \(text(shape)) does not fill whole bytes; pad it"
    case .outOfRange(let file, let tensor, let begin, let end, let dataBytes):
      "\(file): \(tensor.abbreviated): bytes \(begin)..<\(end) are not a range of the \(dataBytes) bytes of data; "
        + "the file is cut short or damaged, download or copy it again"
    case .sizeMismatch(let file, let tensor, let dataType, let shape, let expected, let found):
      "\(file): \(tensor.abbreviated): \(dataType.rawValue) of shape \(text(shape)) needs \(expected) bytes, "
        + "its offsets span \(found); the header is damaged, download or write the file again"
    case .overlapping(let file, let first, let second, let byte):
      "\(file): \(first.abbreviated) and \(second.abbreviated) share data at byte \(byte); "
        + "write the file again with tensors that do not alias"
    case .hole(let file, let begin, let end):
      "\(file): bytes \(begin)..<\(end) of the data belong to no tensor; write the file again without gaps"
    case .missingTensor(let file, let tensor, let near):
      "\(file): there is no tensor \(tensor.abbreviated)"
        + (near.isEmpty ? "" : "; similar: " + near.map(\.abbreviated).joined(separator: ", "))
        + "; check that config.json belongs to these weights"
    case .wrongShape(let file, let tensor, let expected, let found):
      "\(file): \(tensor.abbreviated): shape \(text(found)), expected \(text(expected)); "
        + "check that config.json belongs to these weights"
    case .unsupportedDataType(let file, let tensor, let dataType, let supported):
      "\(file): \(tensor.abbreviated): elements are \(dataType.rawValue), supported are "
        + supported.map(\.rawValue).joined(separator: ", ") + "; convert the tensor"
    case .inexact(let file, let tensor, let index, let value):
      "\(file): \(tensor.abbreviated): element \(index) = \(value) is not exactly a half; ask for rounding, or use f32"
    case .overflow(let file, let tensor, let index, let value):
      "\(file): \(tensor.abbreviated): element \(index) = \(value) is too large for a half; use f32"
    case .unsafeShardName(let file, let shard):
      "\(file): the shard name \(shard.abbreviated) is not a plain file name ending in .safetensors; correct the index"
    }
  }

  private func text(_ shape: [Int]) -> String {
    guard shape.count > 16 else { return "\(shape)" }
    return "[" + shape.prefix(16).map(String.init).joined(separator: ", ") + ", ...] of rank \(shape.count)"
  }
}
