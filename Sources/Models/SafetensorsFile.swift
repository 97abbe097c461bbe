import Foundation

/// A safetensors file: named tensors, little-endian, row-major, in one checked data area.
///
/// Layout (https://github.com/huggingface/safetensors, "Format"): u64 header size N; N bytes of JSON
/// `{name: {dtype, shape, data_offsets: [begin, end]}}` with optional `__metadata__`; the data.
/// Opening checks every claim of the header against the file, so that reading a tensor cannot fail or stray.
public struct SafetensorsFile: Sendable {
  /// Largest header the format allows, in bytes.
  public static let maximumHeaderBytes = 100_000_000

  /// The path, or the label given with bytes.
  public let label: String
  /// The header's `__metadata__`; free text, often `["format": "pt"]`.
  public let metadata: [String: String]
  /// Names in the order of the data.
  public var names: [String] { header.entries.map(\.name) }

  private let header: SafetensorsHeader
  private let indices: [String: Int]
  private let data: Data
  /// Where the data area begins, in bytes from the start of `data`.
  private let dataStart: Int

  /// Opens a file, mapped into memory: replace it by renaming, since cutting it short while in use is fatal.
  public init(path: String) throws(SafetensorsError) {
    try self.init(data: CheckpointFiles.map(path), label: path)
  }

  /// Reads a file held in memory.
  public init(bytes: [UInt8], label: String = "safetensors") throws(SafetensorsError) {
    try self.init(data: Data(bytes), label: label)
  }

  private init(data: Data, label: String) throws(SafetensorsError) {
    guard data.count >= 8 else {
      throw .truncated(file: label, neededBytes: 8, availableBytes: data.count)
    }
    let claimed = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard claimed <= UInt64(Self.maximumHeaderBytes) else {
      throw .headerTooLarge(file: label, bytes: claimed, maximum: Self.maximumHeaderBytes)
    }
    guard claimed <= UInt64(data.count - 8) else {
      throw .truncated(file: label, neededBytes: 8 + claimed, availableBytes: data.count)
    }
    let start = 8 + Int(claimed)
    header = try SafetensorsHeader(
      json: [UInt8](data.dropFirst(8).prefix(Int(claimed))), dataBytes: data.count - start, file: label)
    indices = Dictionary(uniqueKeysWithValues: header.entries.enumerated().map { ($1.name, $0) })
    metadata = header.metadata
    dataStart = start
    self.data = data
    self.label = label
  }

  /// Whether there is a tensor of this name.
  public func contains(_ name: String) -> Bool { indices[name] != nil }

  /// The tensor of this name. Throws `missingTensor` with similar names.
  public func tensor(named name: String) throws(SafetensorsError) -> SafetensorsTensor {
    guard let index = indices[name] else {
      throw .missingTensor(file: label, tensor: name, near: SimilarNames.find(name, in: names))
    }
    let entry = header.entries[index]
    let start = data.startIndex + dataStart
    return SafetensorsTensor(
      name: entry.name, file: label, dataType: entry.dataType, shape: entry.shape,
      elementCount: entry.elementCount,
      data: data[start + entry.range.lowerBound..<start + entry.range.upperBound])
  }
}
