import Foundation

/// One kernel on its way from GLSL to embedded SPIR-V.
struct Shader {
  enum Outcome {
    case compiled([Module])
    /// The compiler lacks these GLSL extensions.
    case switchedOff(missing: [String])
  }

  /// A module of the kernel.
  struct Module {
    var name: String
    var words: [UInt32]
    var facts: Reflection
  }

  let path: String
  let stem: String
  let text: String
  /// A comment `// fast tier` among the first lines: outside the numeric contract, on purpose.
  let isExact: Bool
  /// Names after `// requires:`, one line each or separated by commas.
  let requiredExtensions: [String]

  init(path: String) throws(ShaderFailure) {
    let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    let isIdentifier = stem.wholeMatch(of: /[A-Za-z][A-Za-z0-9]*/) != nil
    guard isIdentifier else { throw ShaderFailure("the name is not an identifier").at("\(path):1") }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw ShaderFailure("cannot be read").at("\(path):1")
    }
    self.init(path: path, stem: stem, text: text)
  }

  init(path: String, stem: String, text: String) {
    (self.path, self.stem, self.text) = (path, stem, text)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    isExact = !lines.prefix(8).contains { $0.hasPrefix("// fast tier") }
    requiredExtensions = lines.filter { $0.hasPrefix("// requires:") }.flatMap {
      $0.dropFirst("// requires:".count).split(separator: ",").map {
        String($0).trimmingCharacters(in: .whitespaces)
      }
    }
  }

  /// Compiles, lints, strips, validates and reflects; the kernel's texel form, if it has one, is the second module.
  /// - Parameter resolver: tells afterwards what was included.
  func build(
    with compiler: GlslCompiler, resolver: IncludeResolver? = nil
  ) throws(ShaderFailure) -> Outcome {
    let missing = requiredExtensions.filter { !compiler.knows($0) }
    if !missing.isEmpty { return .switchedOff(missing: missing) }
    let compiled = try compiler.compile(text, path: path, resolver: resolver)
    do throws(ShaderFailure) {
      let module = try SpirvModule(words: compiled)
      let violations = isExact ? ContractLint.violations(module) : []
      if !violations.isEmpty { throw report(violations) }
      let words = module.strippedWords
      try validate(words)
      let plain = Module(name: stem, words: words, facts: try Reflection(module))
      return .compiled([plain] + (try texelForm(of: module)))
    } catch {
      throw error.hasPlace ? error : error.at("\(path):1")
    }
  }

  private func texelForm(of plain: SpirvModule) throws(ShaderFailure) -> [Module] {
    guard let form = TexelForm(plain) else { return [] }
    let module = try SpirvModule(words: form.words)
    let words = module.strippedWords
    try validate(words)
    return [Module(name: stem + "Texels", words: words, facts: try Reflection(module))]
  }

  private func report(_ violations: [ContractLint.Violation]) -> ShaderFailure {
    let lines = violations.map { "\($0.place ?? "\(path):1"): error: \(stem): \($0.message)" }
    return ShaderFailure(lines.joined(separator: "\n"))
  }
}
