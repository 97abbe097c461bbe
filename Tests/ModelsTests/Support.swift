import Foundation

@testable import Models

/// A safetensors file, well-formed or not, built from parts.
struct FileBuilder {
  struct Item {
    var name: String
    var dataType: String
    var shape: [Int]
    var bytes: [UInt8]
  }

  var items: [Item] = []

  mutating func add(_ name: String, _ dataType: String, _ shape: [Int], _ bytes: [UInt8]) {
    items.append(Item(name: name, dataType: dataType, shape: shape, bytes: bytes))
  }

  /// The file's bytes, with the header padded to a multiple of 8 as the reference library writes it.
  func build() -> [UInt8] {
    var entries = [#""__metadata__":{"format":"pt"}"#]
    var data: [UInt8] = []
    for item in items {
      let end = data.count + item.bytes.count
      entries.append(entry(item.name, item.dataType, item.shape, data.count, end))
      data += item.bytes
    }
    var header = "{" + entries.joined(separator: ",") + "}"
    while header.utf8.count % 8 != 0 { header += " " }
    return file(header: header, data: data)
  }
}

/// One tensor of a header.
func entry(_ name: String, _ dataType: String, _ shape: [Int], _ begin: Int, _ end: Int) -> String {
  #""\#(name)":{"dtype":"\#(dataType)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
}

func file(header: String, data: [UInt8] = []) -> [UInt8] { file(header: Array(header.utf8), data: data) }

func file(header: [UInt8], data: [UInt8] = []) -> [UInt8] { bytes(UInt64(header.count)) + header + data }

/// Little-endian bytes.
func bytes<T: FixedWidthInteger>(_ values: T...) -> [UInt8] { bytes(values) }

func bytes<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
  values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}

/// The error of opening `bytes`, or nil.
func failure(_ bytes: [UInt8]) -> SafetensorsError? {
  do {
    _ = try SafetensorsFile(bytes: bytes, label: "t")
    return nil
  } catch {
    return error
  }
}

/// A directory that is removed when the value goes.
final class TemporaryDirectory {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }
}
