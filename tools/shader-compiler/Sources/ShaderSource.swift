import CShaderc
import Foundation

/// Why a shader does not build; the text is in the compiler's `path:line: error:` style.
struct ShaderFailure: Error { let text: String }

/// GLSL to validated SPIR-V words for Vulkan 1.2.
struct ShaderSource {
  let path: String
  let includeFolders: [String]

  var stem: String { URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent }

  func compiled() throws -> [UInt32] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let compiler = shaderc_compiler_initialize()
    defer { shaderc_compiler_release(compiler) }
    let options = shaderc_compile_options_initialize()
    defer { shaderc_compile_options_release(options) }
    shaderc_compile_options_set_target_env(
      options, shaderc_target_env_vulkan, shaderc_env_version_vulkan_1_2.rawValue)
    shaderc_compile_options_set_optimization_level(options, shaderc_optimization_level_performance)
    shaderc_compile_options_set_warnings_as_errors(options)
    let resolver = Unmanaged.passRetained(IncludeResolver(folders: includeFolders))
    defer { resolver.release() }
    shaderc_compile_options_set_include_callbacks(
      options, resolveInclude, releaseInclude, resolver.toOpaque())
    let result = shaderc_compile_into_spv(
      compiler, text, text.utf8.count, shaderc_compute_shader, path, "main", options)
    defer { shaderc_result_release(result) }
    guard shaderc_result_get_compilation_status(result) == shaderc_compilation_status_success else {
      throw ShaderFailure(text: String(cString: shaderc_result_get_error_message(result)))
    }
    let count = shaderc_result_get_length(result) / 4
    let words = shaderc_result_get_bytes(result)!.withMemoryRebound(to: UInt32.self, capacity: count) {
      Array(UnsafeBufferPointer(start: $0, count: count))
    }
    try validate(words)
    return words
  }

  private func validate(_ words: [UInt32]) throws {
    let context = spvContextCreate(SPV_ENV_VULKAN_1_2)
    defer { spvContextDestroy(context) }
    var diagnostic: spv_diagnostic?
    defer { spvDiagnosticDestroy(diagnostic) }
    guard spvValidateBinary(context, words, words.count, &diagnostic) == SPV_SUCCESS else {
      let text = diagnostic.map { String(cString: $0.pointee.error) } ?? "invalid SPIR-V"
      throw ShaderFailure(text: "\(path):1: error: \(text)")
    }
  }
}

/// Finds included files: beside the including file first, then in the given folders.
private final class IncludeResolver {
  let folders: [String]
  init(folders: [String]) { self.folders = folders }

  func find(_ name: String, from including: String) -> (path: String, text: String)? {
    let own = URL(fileURLWithPath: including).deletingLastPathComponent().path
    for folder in [own] + folders {
      let path = folder + "/" + name
      if let text = try? String(contentsOfFile: path, encoding: .utf8) { return (path, text) }
    }
    return nil
  }
}

private let resolveInclude: shaderc_include_resolve_fn = { context, requested, _, including, _ in
  let resolver = Unmanaged<IncludeResolver>.fromOpaque(context!).takeUnretainedValue()
  let found = resolver.find(String(cString: requested!), from: String(cString: including!))
  let result = UnsafeMutablePointer<shaderc_include_result>.allocate(capacity: 1)
  let name = found?.path ?? ""
  let text = found?.text ?? "not found in any include folder"
  result.initialize(
    to: shaderc_include_result(
      source_name: strdup(name), source_name_length: name.utf8.count, content: strdup(text),
      content_length: text.utf8.count, user_data: nil))
  return result
}

private let releaseInclude: shaderc_include_result_release_fn = { _, result in
  guard let result else { return }
  free(UnsafeMutableRawPointer(mutating: result.pointee.source_name))
  free(UnsafeMutableRawPointer(mutating: result.pointee.content))
  result.deallocate()
}
