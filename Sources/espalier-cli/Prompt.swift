import Foundation

/// Where a prompt comes from, and its bytes once they are known to be text.
enum Prompt {
  /// The prompt of `PROMPT` or `--prompt-file`; `-` is standard input, neither is the embedded one.
  static func read(argument: String?, file: String?) throws(Failure) -> String {
    let text: String
    switch (argument, file) {
    case (.some, .some): throw .input("a prompt and --prompt-file; give one of them")
    case ("-", nil), (nil, "-"): text = try decode(try standardInput(), from: "standard input")
    case (nil, let path?): text = try decode(try contents(of: path), from: path)
    case (let prompt?, nil): text = prompt
    case (nil, nil): text = embedded
    }
    if text.isEmpty { throw .input("the prompt is empty") }
    return text
  }

  static func decode(_ bytes: Data, from source: String) throws(Failure) -> String {
    if let place = TextBytes.firstInvalid(bytes) {
      throw .input("the prompt in \(source) is no UTF-8: \(place)")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func contents(of path: String) throws(Failure) -> Data {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw .input("the prompt file \(path) does not exist")
    }
    if isDirectory.boolValue { throw .input("the prompt file \(path) is a folder") }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw .input("the prompt file \(path) cannot be read")
    }
    return try limited(handle, path)
  }

  private static func standardInput() throws(Failure) -> Data {
    try limited(FileHandle.standardInput, "standard input")
  }

  /// No context is longer than this many bytes; an endless file ends here.
  private static let limit = 16 << 20

  private static func limited(_ handle: FileHandle, _ source: String) throws(Failure) -> Data {
    var bytes = Data()
    do {
      while let more = try handle.read(upToCount: 1 << 16), !more.isEmpty {
        bytes += more
        if bytes.count > limit { throw Failure.input("the prompt in \(source) exceeds \(byteText(limit))") }
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw .input("the prompt in \(source) cannot be read")
    }
    return bytes
  }

  /// In the manner of the Python standard library, but not of it.
  static let embedded = #"""
    """Utilities for reading simple configuration files."""

    import os
    import re


    class ParsingError(Exception):
        """Raised when a line of the file cannot be understood."""

        def __init__(self, filename, lineno, line):
            super().__init__(filename, lineno, line)
            self.filename = filename
            self.lineno = lineno
            self.line = line


    def read_lines(filename, encoding=None):
        """Return the lines of a file without trailing whitespace."""
        with open(filename, encoding=encoding) as f:
            return [line.rstrip() for line in f]


    class ConfigReader:
        """Read key and value pairs from a file."""

        def __init__(self, filename, defaults=None):
            self.filename = filename
            self.
    """#
}
