import Foundation

/// Tensors of one safetensors file, or of several named by an index (`model.safetensors.index.json`).
///
/// The index is what transformers writes for sharded checkpoints: `{"weight_map": {tensor: file name}}`.
/// The weight map decides: tensors that a shard has and the map does not name stay unseen.
public struct SafetensorsCollection: Sendable {
  /// Most shards an index may name.
  public static let maximumShards = 4096

  /// Path of the file or of the index.
  public let label: String
  /// The file, or the shards in the order of their names.
  public let files: [SafetensorsFile]
  /// All tensors, sorted.
  public let names: [String]

  private let fileIndices: [String: Int]

  /// One file.
  public init(_ file: SafetensorsFile) {
    label = file.label
    files = [file]
    names = file.names.sorted()
    fileIndices = Dictionary(uniqueKeysWithValues: names.map { ($0, 0) })
  }

  /// `model.safetensors` of a directory; where there is none, `model.safetensors.index.json` and its shards.
  public init(directory: String) throws(SafetensorsError) {
    let folder = URL(fileURLWithPath: directory, isDirectory: true)
    let single = folder.appendingPathComponent("model.safetensors").path
    let index = folder.appendingPathComponent("model.safetensors.index.json").path
    if !FileManager.default.fileExists(atPath: single), FileManager.default.fileExists(atPath: index) {
      try self.init(index: index)
    } else {
      self.init(try SafetensorsFile(path: single))
    }
  }

  /// The shards that an index file names, from the index's own directory.
  public init(index path: String) throws(SafetensorsError) {
    let map = try Self.weightMap(path)
    let shards = Set(map.values).sorted()
    guard shards.count <= Self.maximumShards else {
      throw .mistyped(
        file: path, owner: "weight_map", field: "value", expected: "at most \(Self.maximumShards) files",
        found: "\(shards.count) files")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    var files: [SafetensorsFile] = []
    for shard in shards { files.append(try SafetensorsFile(path: folder.appendingPathComponent(shard).path)) }
    let positions = Dictionary(uniqueKeysWithValues: shards.enumerated().map { ($1, $0) })
    let indices = map.compactMapValues { positions[$0] }
    label = path
    names = map.keys.sorted()
    for name in names {
      guard let index = indices[name], files[index].contains(name) else {
        let file = indices[name].map { files[$0] }
        throw .missingTensor(
          file: file?.label ?? path, tensor: name, near: SimilarNames.find(name, in: file?.names ?? []))
      }
    }
    self.files = files
    fileIndices = indices
  }

  /// Whether there is a tensor of this name.
  public func contains(_ name: String) -> Bool { fileIndices[name] != nil }

  /// The tensor of this name. Throws `missingTensor` with similar names.
  public func tensor(named name: String) throws(SafetensorsError) -> SafetensorsTensor {
    guard let index = fileIndices[name] else {
      throw .missingTensor(file: label, tensor: name, near: SimilarNames.find(name, in: names))
    }
    return try files[index].tensor(named: name)
  }

  /// Tensor names and the plain file names that hold them.
  private static func weightMap(_ path: String) throws(SafetensorsError) -> [String: String] {
    let data = try CheckpointFiles.map(path)
    let limit = SafetensorsFile.maximumHeaderBytes
    guard data.count <= limit else {
      throw .headerTooLarge(file: path, bytes: UInt64(data.count), maximum: limit)
    }
    let value: JSONValue
    do {
      value = try JSONParser.parse([UInt8](data))
    } catch {
      throw SafetensorsError(error, file: path)
    }
    guard let map = value.members?["weight_map"]?.members else {
      throw .mistyped(
        file: path, owner: "weight_map", field: "value", expected: "an object",
        found: (value.members?["weight_map"]).map(\.summary) ?? "missing")
    }
    var result: [String: String] = [:]
    for (name, value) in map {
      guard let shard = value.string else {
        throw .mistyped(
          file: path, owner: "weight_map", field: name.abbreviated, expected: "a file name",
          found: value.summary)
      }
      guard isPlainFileName(shard) else { throw .unsafeShardName(file: path, shard: shard) }
      result[name] = shard
    }
    return result
  }

  /// Letters, digits, '.', '_' and '-' only, no leading dot: no path leads out of the directory.
  static func isPlainFileName(_ name: String) -> Bool {
    name.hasSuffix(".safetensors") && !name.hasPrefix(".") && name.utf8.count <= 255
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
