import Foundation
import PackagePlugin

/// Embeds every shader of the target's folder: one command a shader, so that an edit compiles what it concerns.
@main
struct CompileShaders: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let folder = target.directoryURL
    let shared = folder.appendingPathComponent("shared")
    let sources = try files(in: folder)
    let included =
      sources.filter { $0.pathExtension == "glsl" }
      + (try files(in: shared)).filter { $0.pathExtension == "h" }
    let shaders = sources.filter { $0.pathExtension == "comp" }
    let tool = try context.tool(named: "shader-compiler").url
    let output = context.pluginWorkDirectoryURL
    let compile = shaders.map {
      compileCommand($0, includes: [folder, shared], included: included, tool: tool, output: output)
    }
    return compile + [indexCommand(shaders, tool: tool, output: output)]
  }

  private func compileCommand(
    _ shader: URL, includes: [URL], included: [URL], tool: URL, output: URL
  ) -> Command {
    .buildCommand(
      displayName: "Compiling shader \(stem(shader))", executable: tool,
      arguments: ["compile", "--output", output.path]
        + includes.flatMap { ["--include", $0.path] } + [shader.path],
      inputFiles: [shader] + included,
      outputFiles: [output.appendingPathComponent("\(stem(shader)).shader.swift")])
  }

  private func indexCommand(_ shaders: [URL], tool: URL, output: URL) -> Command {
    let index = output.appendingPathComponent("EmbeddedShaders.swift")
    return .buildCommand(
      displayName: "Listing \(shaders.count) shaders", executable: tool,
      arguments: ["index", "--output", index.path] + shaders.map(stem), inputFiles: [],
      outputFiles: [index])
  }

  private func stem(_ shader: URL) -> String { shader.deletingPathExtension().lastPathComponent }

  private func files(in folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
  }
}
