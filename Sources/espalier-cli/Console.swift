import Foundation

/// Results go to standard output, everything else to standard error.
enum Console {
  /// A closed pipe ends a write, not the program.
  static func prepare() {
    signal(SIGPIPE, SIG_IGN)
  }

  /// A result; ends the program quietly when nobody reads any more.
  static func print(_ text: String, terminator: String = "\n") {
    write(text + terminator, to: .standardOutput)
  }

  /// Progress and remarks.
  static func note(_ text: String, terminator: String = "\n") {
    write(text + terminator, to: .standardError)
  }

  static func warning(_ text: String) { note("espalier: warning: \(text)") }

  static func error(_ text: String) { note("espalier: error: \(text)") }

  /// JSON with a fixed order of keys.
  static func print(json value: some Encodable) throws(Failure) {
    print(try json(value))
  }

  static func json(_ value: some Encodable) throws(Failure) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return try failing { String(decoding: try encoder.encode(value), as: UTF8.self) }
  }

  private static func write(_ text: String, to handle: FileHandle) {
    do {
      try handle.write(contentsOf: Data(text.utf8))
    } catch {
      exit(handle === FileHandle.standardOutput ? 2 : 0)
    }
  }
}
