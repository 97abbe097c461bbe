import Foundation

/// What decided an output, kept beside it. SwiftPM links this tool anew when a package that depends on this one gets a
/// file, and then runs it for every shader: a compilation whose result would be the same is skipped.
struct Stamp {
  private let text: String

  /// - Parameters:
  ///   - tool: what compiles; see ``toolDigest()``.
  ///   - includes: all that the compilation asked for, in order, as found.
  init(tool: Digest, shader: Shader, folders: [String], includes: [IncludeResolver.Include], output: String) {
    let found = includes.flatMap { [$0.name, $0.including, $0.path, $0.text] }
    let inputs = Digest(texts: ["\(tool)", shader.path, shader.text, "\(folders)"] + found)
    let requests = includes.map { "\($0.name)\t\($0.including)" }
    text = (["\(inputs)", "\(Digest(texts: [output]))"] + requests).joined(separator: "\n")
  }

  func write(beside output: URL) throws { try Data(text.utf8).write(to: Self.file(output), options: .atomic) }

  /// Whether `output` is what a compilation would write: the stamp beside it is the one of today's files. The texts decide
  /// what is included, so equal texts under the names of the last compilation leave nothing else to ask for.
  static func isCurrent(tool: Digest, shader: Shader, folders: [String], output: URL) -> Bool {
    guard let old = try? String(contentsOf: file(output), encoding: .utf8),
      let source = try? String(contentsOf: output, encoding: .utf8)
    else { return false }
    let resolver = IncludeResolver(folders: folders)
    for line in old.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2) {
      let request = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard request.count == 2, resolver.find(request[0], from: request[1]) != nil else { return false }
    }
    let current = Stamp(
      tool: tool, shader: shader, folders: folders, includes: resolver.includes, output: source)
    return current.text == old
  }

  private static func file(_ output: URL) -> URL { output.appendingPathExtension("stamp") }

  /// This executable's bytes, the GLSL compiler's among them, and its shared libraries by path, size and time; nil where they
  /// cannot be known, and nothing is skipped.
  static func toolDigest() -> Digest? {
    guard let maps = try? memoryMap(),
      let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      let bytes = try? Data(contentsOf: URL(fileURLWithPath: executable), options: .alwaysMapped)
    else { return nil }
    let mapped = maps.split(separator: "\n").compactMap { line in
      line.firstIndex(of: "/").map { String(line[$0...]) }
    }
    var texts = ["\(Digest(bytes))"]
    for library in Set(mapped).sorted() where library.contains(".so") {
      var status = stat()
      guard stat(library, &status) == 0 else { return nil }
      texts += [library, "\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"]
    }
    return Digest(texts: texts)
  }

  /// The kernel gives a page at a time, which reading the file whole takes for its end.
  private static func memoryMap() throws -> String {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/maps"))
    var bytes = Data()
    while let part = try file.read(upToCount: 1 << 16), !part.isEmpty { bytes += part }
    return String(decoding: bytes, as: UTF8.self)
  }
}
