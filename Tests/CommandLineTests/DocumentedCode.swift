import Foundation
import Testing

/// The Swift that a document of the repository shows.
struct DocumentedCode {
  /// Its lines, without those of a manifest.
  let lines: [String]

  /// - Parameter document: a path from the repository's root.
  init(_ document: String) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: document), encoding: .utf8)
    let blocks = text.components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    lines = blocks.filter { !$0.hasPrefix("// swift-tools-version") }.flatMap {
      $0.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  /// Expects that the test in `file` has every line.
  func expectCompiled(in file: String) throws {
    let source = try String(contentsOfFile: file, encoding: .utf8)
    let compiled = Set(source.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
    for line in lines { #expect(compiled.contains(line), "\(file) lacks: \(line)") }
    #expect(lines.count > 10)
  }
}
