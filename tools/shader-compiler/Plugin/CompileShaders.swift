import Foundation
import PackagePlugin

/// Compiles every shader of the target's folder; each header and include is an input, so any edit rebuilds.
@main
struct CompileShaders: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let folder = target.directoryURL
    let shared = folder.appendingPathComponent("shared")
    let files = try contents(folder)
    let shaders = files.filter { $0.pathExtension == "comp" }
    let included = files.filter { $0.pathExtension == "glsl" }
    let headers = try contents(shared).filter { $0.pathExtension == "h" }
    let output = context.pluginWorkDirectoryURL
    let generated =
      shaders.map {
        output.appendingPathComponent($0.deletingPathExtension().lastPathComponent + ".shader.swift")
      }
      + [output.appendingPathComponent("ShaderIndex.swift")]
    return [
      .buildCommand(
        displayName: "Compiling \(shaders.count) shaders",
        executable: try context.tool(named: "shader-compiler").url,
        arguments: ["compile", "--output", output.path, "--include", folder.path, "--include", shared.path]
          + shaders.map(\.path),
        inputFiles: shaders + included + headers, outputFiles: generated)
    ]
  }

  private func contents(_ folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
  }
}
