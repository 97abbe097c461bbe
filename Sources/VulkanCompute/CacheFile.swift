#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The file around the driver's cache data: 8 bytes of magic, checksum and length as 64-bit little-endian, the data.
///
/// Drivers trust what is behind their own header, so a damaged file must not reach them.
enum CacheFile {
  struct Failure: Error {
    let reason: String
  }

  private static let magic = Array("ESPALIR1".utf8)

  /// The stored bytes; none if there is no file yet.
  static func read(_ path: String) throws(Failure) -> [UInt8] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let file: [UInt8]
    do { file = Array(try Data(contentsOf: URL(filePath: path))) } catch {
      throw Failure(reason: "cannot be read")
    }
    guard file.count >= 24, Array(file.prefix(8)) == magic else { throw Failure(reason: "not a cache file") }
    let bytes = Array(file.dropFirst(24))
    guard word(file[16..<24]) == UInt64(bytes.count) else { throw Failure(reason: "cut short") }
    guard word(file[8..<16]) == checksum(bytes) else { throw Failure(reason: "damaged") }
    return bytes
  }

  /// Replaces the file in one step: a reader sees the old or the new one.
  static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    if let reason = prepareDirectory(of: path) { throw Failure(reason: reason) }
    let file = magic + littleEndian(checksum(bytes)) + littleEndian(UInt64(bytes.count)) + bytes
    do { try Data(file).write(to: URL(filePath: path), options: .atomic) } catch {
      throw Failure(reason: "cannot be written")
    }
  }

  /// Makes the directory of `path`; the reason if it cannot be used.
  static func prepareDirectory(of path: String) -> String? {
    let directory = URL(filePath: path).deletingLastPathComponent().path
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      return "the directory cannot be made"
    }
    return FileManager.default.isWritableFile(atPath: directory) ? nil : "the directory is not writable"
  }

  /// FNV-1a, 64 bits.
  private static func checksum(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  private static func littleEndian(_ word: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
