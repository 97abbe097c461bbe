/// A JSON value (RFC 8259). Whole numbers without fraction, exponent or "-0" that fit are `integer`.
enum JSONValue: Sendable, Equatable {
  case object([String: JSONValue])
  case array([JSONValue])
  case string(String)
  case integer(Int)
  case decimal(Double)
  case bool(Bool)
  case null

  /// The members of an object, or nil.
  var members: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The elements of an array, or nil.
  var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  var string: String? {
    if case .string(let string) = self { string } else { nil }
  }

  var integer: Int? {
    if case .integer(let integer) = self { integer } else { nil }
  }

  var bool: Bool? {
    if case .bool(let bool) = self { bool } else { nil }
  }

  /// A number of either kind.
  var number: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .decimal(let decimal): decimal
    default: nil
    }
  }

  /// What this is, in a few words, for error messages.
  var summary: String {
    switch self {
    case .object(let members): "an object of \(members.count) members"
    case .array(let elements): "a list of \(elements.count) elements"
    case .string(let string): "the string \(string.abbreviated)"
    case .integer(let integer): "\(integer)"
    case .decimal(let decimal): "the number \(decimal)"
    case .bool(let bool): "\(bool)"
    case .null: "null"
    }
  }
}

/// Why a text is not the JSON that we accept.
struct JSONError: Error, Sendable, Equatable {
  /// Where in the text, in bytes from 0.
  let byte: Int
  let problem: String
  /// The key, where the problem is that an object has it twice.
  var duplicate: String?
}

extension String {
  /// Quoted, with control characters escaped, and cut after 80 characters: names come from untrusted files.
  var abbreviated: String {
    var text = ""
    for scalar in unicodeScalars.prefix(80) { text += scalar.escaped(asASCII: false) }
    return "'\(text)'" + (unicodeScalars.count > 80 ? "..." : "")
  }
}
