import Foundation

/// `shader-compiler compile --output FOLDER [--include FOLDER]... SHADER.comp...`
@main
struct ShaderCompiler {
  var output = "."
  var includes: [String] = []
  var shaders: [String] = []

  static func main() {
    guard let tool = ShaderCompiler(arguments: CommandLine.arguments.dropFirst()) else {
      complain("usage: shader-compiler compile --output FOLDER [--include FOLDER]... SHADER.comp...")
      exit(2)
    }
    exit(tool.run() ? 0 : 1)
  }

  init?(arguments: ArraySlice<String>) {
    var rest = arguments
    guard rest.popFirst() == "compile" else { return nil }
    while let argument = rest.popFirst() {
      switch argument {
      case "--output":
        guard let folder = rest.popFirst() else { return nil }
        output = folder
      case "--include":
        guard let folder = rest.popFirst() else { return nil }
        includes.append(folder)
      default: shaders.append(argument)
      }
    }
  }

  /// Compiles every shader; reports all failures before it gives up.
  func run() -> Bool {
    var stems: [String] = []
    var problems: [String] = []
    for path in shaders.sorted() {
      do {
        stems.append(try compile(path))
      } catch let failure as ShaderFailure {
        problems.append(failure.text)
      } catch {
        problems.append("\(path):1: error: \(error)")
      }
    }
    if problems.isEmpty {
      do { try write(Generator.index(stems), "ShaderIndex.swift") } catch {
        problems.append("\(output): error: \(error)")
      }
    }
    problems.forEach(Self.complain)
    return problems.isEmpty
  }

  private func compile(_ path: String) throws -> String {
    let source = ShaderSource(path: path, includeFolders: includes)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let words = try source.compiled()
    let module = SpirvModule(words: words)
    let exact = !text.split(separator: "\n").prefix(8).contains { $0.contains("// fast tier") }
    let violations = exact ? Set(ContractLint.violations(module)).sorted() : []
    guard violations.isEmpty else {
      throw ShaderFailure(
        text: violations.map { "\(path):1: error: \($0) is outside the exact contract" }.joined(
          separator: "\n"))
    }
    try write(
      Generator.entry(source.stem, words, Reflection(module), exact: exact), source.stem + ".shader.swift")
    return source.stem
  }

  private func write(_ text: String, _ name: String) throws {
    let url = URL(fileURLWithPath: output).appendingPathComponent(name)
    try text.write(to: url, atomically: true, encoding: .utf8)
  }

  private static func complain(_ text: String) {
    FileHandle.standardError.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
  }
}
