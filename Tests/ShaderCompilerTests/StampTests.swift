import Foundation
import Testing

@testable import shader_compiler

/// A shader is compiled again exactly when something that decides its output changed.
@Suite final class StampTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("stamps-\(UUID())")
  private var tool = Digest(texts: ["tool"])
  private var folders: [String]
  private var output: URL { file("out.swift") }

  init() throws {
    folders = [folder.appendingPathComponent("near").path, folder.appendingPathComponent("far").path]
    for path in folders {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    try write("#include \"outer.h\"\n", "far/inner.glsl")
    try write("#define STEP 2u\n", "far/outer.h")
    try write(
      """
      #version 450
      #extension GL_GOOGLE_include_directive : require
      #include "inner.glsl"
      layout(set = 0, binding = 0, std430) buffer B { uint b[]; };
      void main() { b[0] += STEP; }

      """, "kernel.comp")
    try embed()
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

  private func write(_ text: String, _ name: String) throws {
    try text.write(to: file(name), atomically: true, encoding: .utf8)
  }

  private func text(_ name: String) throws -> String { try String(contentsOf: file(name), encoding: .utf8) }

  private func shader() throws -> Shader { try Shader(path: file("kernel.comp").path) }

  private func embed() throws {
    try ShaderCompilerTool.embed(
      try shader(), with: GlslCompiler(includeFolders: folders), tool: tool, in: output)
  }

  private func isCurrent() throws -> Bool {
    Stamp.isCurrent(tool: tool, shader: try shader(), folders: folders, output: output)
  }

  /// Compiled again, to what a compilation without stamps gives, and kept from then on.
  private func expectCompiled(differs: Bool = false, _ change: () throws -> Void) throws {
    let old = try text("out.swift")
    try change()
    #expect(try !isCurrent())
    try embed()
    let shader = try shader()
    let fresh = try shader.build(with: GlslCompiler(includeFolders: folders))
    #expect(try text("out.swift") == SwiftWriter.source(of: shader, fresh))
    #expect(try (text("out.swift") != old) == differs)
    #expect(try isCurrent())
  }

  @Test func nothingChanged() throws {
    #expect(try isCurrent())
    // The same text written again, as a checkout does.
    try write(try text("far/outer.h"), "far/outer.h")
    try write(try text("kernel.comp"), "kernel.comp")
    // A file that is not included.
    try write("#define STEP 9u\n", "far/other.h")
    #expect(try isCurrent())
  }

  @Test func shaderAndIncludes() throws {
    try expectCompiled(differs: true) {
      try write(try text("kernel.comp").replacing("b[0]", with: "b[1]"), "kernel.comp")
    }
    try expectCompiled(differs: true) { try write("#define STEP 3u\n", "far/outer.h") }
    try expectCompiled { try write("// again\n#include \"outer.h\"\n", "far/inner.glsl") }
    // Found before the one that was included.
    try expectCompiled(differs: true) { try write("#define STEP 5u\n", "near/inner.glsl") }
  }

  @Test func toolAndArguments() throws {
    try expectCompiled { tool = Digest(texts: ["another tool"]) }
    try write("#define STEP 7u\n", "near/outer.h")
    try write("#include \"outer.h\"\n", "near/inner.glsl")
    try embed()
    try expectCompiled(differs: true) { folders.reverse() }
  }

  @Test func outputs() throws {
    let whole = try text("out.swift")
    for broken in ["", String(whole.dropLast()), whole + " "] {
      try write(broken, "out.swift")
      #expect(try !isCurrent())
      try embed()
      #expect(try text("out.swift") == whole)
    }
    try FileManager.default.removeItem(at: output)
    try embed()
    #expect(try text("out.swift") == whole)
  }

  @Test func stamps() throws {
    let whole = try text("out.swift.stamp")
    let lines = whole.split(separator: "\n").map(String.init)
    let broken =
      ["", "\n\n\n", whole + "\n", String(whole.dropLast()), "nonsense"]
      + lines.indices.map { skipped in
        lines.indices.filter { $0 != skipped }.map { lines[$0] }.joined(separator: "\n")
      }
    for stamp in broken {
      try expectCompiled { try write(stamp, "out.swift.stamp") }
      #expect(try text("out.swift.stamp") == whole)
    }
    try expectCompiled { try Data([0xff, 0xfe, 0]).write(to: file("out.swift.stamp")) }
    try expectCompiled { try FileManager.default.removeItem(at: file("out.swift.stamp")) }
  }

  @Test func failures() throws {
    let (output, include) = (try text("out.swift"), try text("far/outer.h"))
    for broken in ["#error no\n", "#include \"missing.h\"\n"] {
      try write(broken, "far/outer.h")
      #expect(throws: ShaderFailure.self) { try embed() }
      #expect(try !isCurrent())
    }
    try write(include, "far/outer.h")
    #expect(try isCurrent())
    #expect(try text("out.swift") == output)
  }

  /// The tool knows itself, with all of its libraries: the same each time, and not cut short.
  @Test func toolDigestIsStable() throws {
    let digest = try #require(Stamp.toolDigest())
    for _ in 0..<20 { #expect(Stamp.toolDigest() == digest) }
  }

  /// One bit anywhere, or a zero more, is another digest.
  @Test func digestsDiffer() {
    var seen: Set<String> = []
    for count in 0..<70 {
      var bytes = [UInt8](repeating: 0, count: count)
      seen.insert("\(Digest(bytes))")
      for i in bytes.indices {
        for bit in 0..<8 {
          bytes[i] = 1 << bit
          seen.insert("\(Digest(bytes))")
        }
        bytes[i] = 0
      }
    }
    #expect(seen.count == (0..<70).reduce(0) { $0 + 1 + 8 * $1 })
    #expect(Digest(texts: ["a", "bc"]) != Digest(texts: ["ab", "c"]))
  }
}
