import CShaderc
import Foundation

/// GLSL to validated SPIR-V 1.5 (Vulkan 1.2), with names and lines; warnings are errors.
struct GlslCompiler {
  let includeFolders: [String]

  /// - Parameter resolver: tells afterwards what was included.
  func compile(
    _ text: String, path: String, resolver: IncludeResolver? = nil
  ) throws(ShaderFailure) -> [UInt32] {
    let compiler = shaderc_compiler_initialize()
    defer { shaderc_compiler_release(compiler) }
    let options = Self.makeOptions()
    defer { shaderc_compile_options_release(options) }
    let resolver = resolver ?? IncludeResolver(folders: includeFolders)
    resolver.install(options)
    let result = withExtendedLifetime(resolver) {
      shaderc_compile_into_spv(
        compiler, text, text.utf8.count, shaderc_compute_shader, path, "main", options)
    }
    defer { shaderc_result_release(result) }
    guard shaderc_result_get_compilation_status(result) == shaderc_compilation_status_success else {
      throw ShaderFailure(Self.errorLines(String(cString: shaderc_result_get_error_message(result))))
    }
    return Self.words(result)
  }

  /// Whether the compiler knows a GLSL extension.
  func knows(_ glslExtension: String) -> Bool {
    let probe = "#version 450\n#extension \(glslExtension) : require\nvoid main() {}\n"
    return (try? compile(probe, path: "probe")) != nil
  }

  /// Debug information serves the lint; it is not embedded.
  private static func makeOptions() -> shaderc_compile_options_t? {
    let options = shaderc_compile_options_initialize()
    shaderc_compile_options_set_target_env(
      options, shaderc_target_env_vulkan, shaderc_env_version_vulkan_1_2.rawValue)
    shaderc_compile_options_set_optimization_level(options, shaderc_optimization_level_performance)
    shaderc_compile_options_set_generate_debug_info(options)
    shaderc_compile_options_set_warnings_as_errors(options)
    return options
  }

  /// Drops the closing count of errors.
  private static func errorLines(_ message: String) -> String {
    message.split(separator: "\n").filter { !$0.hasSuffix(" generated.") }.joined(separator: "\n")
  }

  private static func words(_ result: shaderc_compilation_result_t?) -> [UInt32] {
    let bytes = UnsafeRawBufferPointer(
      start: shaderc_result_get_bytes(result), count: shaderc_result_get_length(result))
    return Array(unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      count = bytes.count / 4
    }
  }
}

/// What `spirv-val` checks, for Vulkan 1.2.
func validate(_ words: [UInt32]) throws(ShaderFailure) {
  let context = spvContextCreate(SPV_ENV_VULKAN_1_2)
  defer { spvContextDestroy(context) }
  var diagnostic: spv_diagnostic?
  defer { spvDiagnosticDestroy(diagnostic) }
  if spvValidateBinary(context, words, words.count, &diagnostic) != SPV_SUCCESS {
    let detail = diagnostic.map { String(cString: $0.pointee.error) } ?? "no detail"
    throw ShaderFailure("invalid SPIR-V: \(detail)")
  }
}
