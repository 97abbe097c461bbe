import Foundation

@main
struct ShaderCompilerTool {
  static let usage = """
    usage: shader-compiler compile --output FOLDER [--include FOLDER]... SHADER.comp...
           shader-compiler index --output FILE STEM...
           shader-compiler inspect [--include FOLDER]... SHADER.comp...

      compile   checks each shader and writes FOLDER/<stem>.shader.swift, which embeds it
      index     writes the table of all shaders
      inspect   checks each shader and prints what was reflected

    """

  static func main() {
    do {
      let arguments = try Arguments(CommandLine.arguments.dropFirst())
      exit(try run(arguments) ? 0 : 1)
    } catch let failure as ShaderFailure {
      say(failure.text)
      exit(2)
    } catch {
      say("error: \(error.localizedDescription)")
      exit(1)
    }
  }

  private static func run(_ arguments: Arguments) throws -> Bool {
    let compiler = GlslCompiler(includeFolders: arguments.includeFolders)
    switch arguments.command {
    case .index:
      try write(SwiftWriter.index(of: arguments.operands), to: try arguments.requiredOutput)
      return true
    case .compile:
      let folder = URL(fileURLWithPath: try arguments.requiredOutput, isDirectory: true)
      let tool = Stamp.toolDigest()
      return try each(arguments.operands) { shader in
        try embed(
          shader, with: compiler, tool: tool,
          in: folder.appendingPathComponent("\(shader.stem).shader.swift"))
      }
    case .inspect: return try each(arguments.operands) { print(describe($0, try build($0, compiler))) }
    }
  }

  /// Writes the source that embeds `shader`, unless its stamp says that it is there.
  static func embed(
    _ shader: Shader, with compiler: GlslCompiler, tool: Digest?, in file: URL
  ) throws {
    let folders = compiler.includeFolders
    if let tool, Stamp.isCurrent(tool: tool, shader: shader, folders: folders, output: file) { return }
    let resolver = IncludeResolver(folders: folders)
    let outcome = try build(shader, compiler, resolver)
    let source = SwiftWriter.source(of: shader, outcome)
    try write(source, to: file.path)
    // A shader that is switched off says so each time.
    guard let tool, case .compiled = outcome else { return }
    try Stamp(tool: tool, shader: shader, folders: folders, includes: resolver.includes, output: source)
      .write(beside: file)
  }

  private static func build(
    _ shader: Shader, _ compiler: GlslCompiler, _ resolver: IncludeResolver? = nil
  ) throws -> Shader.Outcome {
    let outcome = try shader.build(with: compiler, resolver: resolver)
    if case .switchedOff(let missing) = outcome {
      say(
        "\(shader.path):1: note: switched off: the GLSL compiler lacks \(missing.joined(separator: ", "))")
    }
    return outcome
  }

  /// Goes on after a failure, so that every error is seen; false if there was one.
  private static func each(
    _ paths: [String], _ body: (Shader) throws -> Void
  ) throws -> Bool {
    var succeeded = true
    for path in paths {
      do {
        try body(try Shader(path: path))
      } catch let failure as ShaderFailure {
        say(failure.text)
        succeeded = false
      }
    }
    return succeeded
  }

  private static func describe(_ shader: Shader, _ outcome: Shader.Outcome) -> String {
    guard case .compiled(let modules) = outcome else { return "\(shader.stem): switched off" }
    return modules.map { describe(shader, $0) }.joined(separator: "\n")
  }

  private static func describe(_ shader: Shader, _ module: Shader.Module) -> String {
    let facts = module.facts
    let bindings = facts.bindings.map {
      "\($0.index):\($0.readable ? "r" : "")\($0.writable ? "w" : "")\($0.texelFormat.map { " " + $0 } ?? "")"
    }
    let push = facts.pushConstants.map { "\($0.name)@\($0.offset)" }
    let constants = facts.specializationConstants.map {
      "\($0.id):\($0.name ?? "") \($0.kind) = \($0.defaultValue)"
    }
    return """
      \(module.name)\(shader.isExact ? "" : " (fast tier)"): \(module.words.count) words
        bindings \(bindings.joined(separator: " "))
        push constants \(facts.pushConstantBytes) bytes: \(push.joined(separator: " "))
        local size \(facts.localSize), constants \(facts.localSizeConstants.map { $0.map(String.init) ?? "-" })
        specialization \(constants.joined(separator: ", "))
        shared memory \(facts.sharedMemoryBytes) bytes, capabilities \(facts.capabilities)
      """
  }

  /// Leaves a file that would not change alone, so that Swift does not compile it again.
  private static func write(_ text: String, to path: String) throws {
    if (try? String(contentsOfFile: path, encoding: .utf8)) == text { return }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  private static func say(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
