/// UTF-8 at the edges of a program that works on bytes.
enum TextBytes {
  /// The first byte that starts no valid UTF-8 sequence.
  struct Invalid: Equatable, CustomStringConvertible {
    let offset: Int
    let byte: UInt8

    var description: String {
      let digits = String(byte, radix: 16)
      return "byte 0x\(digits.count == 1 ? "0" : "")\(digits) at offset \(offset)"
    }
  }

  static func firstInvalid(_ bytes: some Collection<UInt8>) -> Invalid? {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded): offset += encoded.count
      case .emptyInput: return nil
      case .error:
        return Invalid(offset: offset, byte: bytes[bytes.index(bytes.startIndex, offsetBy: offset)])
      }
    }
  }
}

/// Turns a stream of bytes into text, a whole character at a time; broken sequences become U+FFFD.
struct TextStream {
  private var pending: [UInt8] = []

  /// The text that is complete with `bytes`.
  mutating func append(_ bytes: some Sequence<UInt8>) -> String {
    pending += bytes
    let ready = pending.count - Self.incompleteCount(pending)
    defer { pending.removeFirst(ready) }
    return String(decoding: pending[..<ready], as: UTF8.self)
  }

  /// What is left when nothing follows.
  mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// Bytes at the end that begin a sequence and lack its rest.
  private static func incompleteCount(_ bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let byte = bytes[bytes.count - count]
      if byte & 0xc0 == 0x80 { continue }
      let needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
      return needed > count ? count : 0
    }
    return 0
  }
}
