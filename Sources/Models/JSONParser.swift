/// A strict JSON parser (RFC 8259) for untrusted headers: bounded depth and size, positions in every error.
///
/// Refused: duplicate keys (equal under Unicode's canonical equivalence), text that is not UTF-8, lone surrogates,
/// numbers beyond a double, anything after the value but white space that the caller allows.
struct JSONParser {
  /// What may follow the value.
  enum Trailing { case whitespace, spaces }

  /// Bounds on what one text may make us allocate.
  static let maximumDepth = 32
  static let maximumValues = 1 << 23
  static let maximumNumberBytes = 64

  private let bytes: [UInt8]
  private var position = 0
  private var values = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The value that `bytes` spells, or the first problem.
  static func parse(_ bytes: [UInt8], trailing: Trailing = .whitespace) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes)
    if trailing == .whitespace { parser.skipWhitespace() }
    let value = try parser.value(depth: 0)
    if trailing == .whitespace { parser.skipWhitespace() }
    while trailing == .spaces, parser.peek == UInt8(ascii: " ") { parser.position += 1 }
    guard parser.peek == nil else { throw parser.error("there is something after the value") }
    return value
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func error(_ problem: String) -> JSONError { JSONError(byte: position, problem: problem) }

  private mutating func skipWhitespace() {
    while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
  }

  /// Steps over `byte` if it is next.
  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth < Self.maximumDepth else {
      throw error("nesting is deeper than \(Self.maximumDepth)")
    }
    values += 1
    guard values <= Self.maximumValues else {
      throw error("there are more than \(Self.maximumValues) values")
    }
    guard let first = peek else { throw error("the text ends where a value is expected") }
    switch first {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw error("a value is expected")
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let spelled = "\(word)".utf8
    guard bytes[position...].starts(with: spelled) else { throw error("'\(word)' is expected") }
    position += spelled.count
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    var members: [String: JSONValue] = [:]
    skipWhitespace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      let start = position
      guard peek == UInt8(ascii: "\"") else { throw error("a key in quotes is expected") }
      let key = try string()
      skipWhitespace()
      guard take(UInt8(ascii: ":")) else { throw error("':' is expected") }
      skipWhitespace()
      let value = try value(depth: depth + 1)
      guard members.updateValue(value, forKey: key) == nil else {
        throw JSONError(byte: start, problem: "the key \(key.abbreviated) is there twice", duplicate: key)
      }
      skipWhitespace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw error("',' or '}' is expected") }
      skipWhitespace()
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    skipWhitespace()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipWhitespace()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw error("',' or ']' is expected") }
      skipWhitespace()
    }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var whole = true
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) {
      whole = false
      try digits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      whole = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    guard position - start <= Self.maximumNumberBytes else {
      throw JSONError(byte: start, problem: "a number is longer than \(Self.maximumNumberBytes) bytes")
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if whole, text != "-0", let integer = Int(text) { return .integer(integer) }
    guard let decimal = Double(text), decimal.isFinite else {
      throw JSONError(byte: start, problem: "the number \(text) is out of range")
    }
    return .decimal(decimal)
  }

  /// At least one digit.
  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard position > start else { throw error("a digit is expected") }
  }

  private mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    var units: [UInt8] = []
    while true {
      let run = position
      while let byte = peek, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        position += 1
      }
      units += bytes[run..<position]
      if take(UInt8(ascii: "\"")) { break }
      guard take(UInt8(ascii: "\\")) else {
        throw error(peek == nil ? "the text ends inside a string" : "a control character must be escaped")
      }
      units += String(Character(try escape())).utf8
    }
    guard let string = String(validating: units, as: UTF8.self) else {
      throw JSONError(byte: start, problem: "the string that begins here is not UTF-8")
    }
    return string
  }

  /// What follows a backslash.
  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    guard let byte = peek else { throw error("the text ends inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default:
      position -= 1
      throw error("there is no such escape")
    }
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xdc00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw error("a surrogate stands alone")
    }
    let second = try hexadecimal()
    guard (0xdc00..<0xe000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
    else { throw error("a surrogate stands alone") }
    return scalar
  }

  /// Four hexadecimal digits.
  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var result: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("a hexadecimal digit is expected")
      }
      result = result << 4 | UInt32(digit)
      position += 1
    }
    return result
  }
}
