import Foundation
import Testing

@testable import shader_compiler

@Suite struct ShaderTests {
  @Test func errorsNameTheLine() {
    #expect(errors(kernel("\nf();")).hasPrefix("kernel.comp:5: error: "))
    #expect(!errors(kernel("\nf();")).contains("generated"))
  }

  @Test func switchesOffWhatTheCompilerLacks() throws {
    let shader = Shader(
      path: "kernel.comp", stem: "kernel",
      text: "// requires: GL_KHR_shader_subgroup_basic, GL_ESPALIER_none\nnot even GLSL")
    guard case .switchedOff(let missing) = try shader.build(with: compiler) else {
      Issue.record("built")
      return
    }
    #expect(missing == ["GL_ESPALIER_none"])
    let source = SwiftWriter.source(of: shader, .switchedOff(missing: missing))
    #expect(source.contains("name: \"kernel\", missing: [\"GL_ESPALIER_none\"]"))
  }

  @Test func embedsNoDebugInformation() throws {
    let module = try SpirvModule(words: compiler.compile(kernel("b[0] = b[1];").text, path: "kernel.comp"))
    #expect(!module.names.isEmpty)
    let stripped = try SpirvModule(words: module.strippedWords)
    #expect(stripped.names.isEmpty && stripped.strings.isEmpty)
    try validate(module.strippedWords)
  }

  @Test func refusesDamagedModules() throws {
    let words = try compiler.compile(kernel("b[0] = b[1];").text, path: "kernel.comp")
    #expect(throws: ShaderFailure.self) { try SpirvModule(words: Array(words.prefix(8))) }
    #expect(throws: ShaderFailure.self) { try SpirvModule(words: []) }
    #expect(throws: ShaderFailure.self) { try validate(Array(words.prefix(5))) }
  }

  @Test func findsIncludes() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let shared = folder.appendingPathComponent("shared")
    try FileManager.default.createDirectory(at: shared, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try "#include \"b.h\"\n".write(
      to: shared.appendingPathComponent("a.h"), atomically: true, encoding: .utf8)
    try "#define VALUE 2.0\n".write(
      to: shared.appendingPathComponent("b.h"), atomically: true, encoding: .utf8)
    let includes = "#extension GL_GOOGLE_include_directive : require\n#include \"shared/a.h\""
    let shader = kernel("b[0] = VALUE;", includes)
    _ = try shader.build(with: GlslCompiler(includeFolders: [folder.path]))
    #expect(errors(shader).contains("not found in any include folder"))
  }

  @Test func namesMustBeIdentifiers() {
    #expect(throws: ShaderFailure.self) { try Shader(path: "tree-attention.comp") }
  }
}
