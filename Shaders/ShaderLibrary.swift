/// Every kernel that was built, with what was read from its SPIR-V.
public enum ShaderLibrary {
  /// Kernels by the stem of their file.
  public static let modules: [String: ShaderModule] = EmbeddedShader.all.reduce(into: [:]) {
    if case .built(let module) = $1 { $0[module.name] = module }
  }

  /// Kernels that were switched off when the library was built, with the GLSL extensions that the compiler lacked.
  public static let switchedOff: [String: [String]] = EmbeddedShader.all.reduce(into: [:]) {
    if case .switchedOff(let name, let missing) = $1 { $0[name] = missing }
  }
}

/// One entry of the generated table.
enum EmbeddedShader: Sendable {
  case built(ShaderModule)
  case switchedOff(name: String, missing: [String])
}
