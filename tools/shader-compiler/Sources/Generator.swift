import Foundation

/// The Swift source that embeds compiled shaders: SPIR-V as base64, which compiles quickly, and the reflected facts.
enum Generator {
  static func entry(_ stem: String, _ words: [UInt32], _ r: Reflection, exact: Bool) -> String {
    let data = words.withUnsafeBytes { Data($0) }.base64EncodedString()
    let bindings = r.bindings.map {
      "Binding(index: \($0.index), readable: \($0.readable), writable: \($0.writable))"
    }
    let constants = r.specialization.map { "SpecializationConstant(id: \($0.id), defaultValue: \($0.value))" }
    return """
      // Generated from \(stem).comp; do not edit.
      extension ShaderModule {
        static let \(stem) = ShaderModule(
          name: "\(stem)", exact: \(exact), bindings: [\(bindings.joined(separator: ", "))],
          pushConstantBytes: \(r.pushConstantBytes), localSize: (\(r.localSize.0), \(r.localSize.1), \(r.localSize.2)),
          specializationConstants: [\(constants.joined(separator: ", "))], sharedMemoryBytes: \(r.sharedBytes),
          capabilities: [\(r.capabilities.map(String.init).joined(separator: ", "))],
          base64: "\(data)")
      }

      """
  }

  static func index(_ stems: [String]) -> String {
    let lines = stems.sorted().map { "    \"\($0)\": .\($0)," }
    return """
      // Generated; do not edit.
      extension ShaderLibrary {
        /// Every kernel that was built, by stem.
        public static let modules: [String: ShaderModule] = [
      \(lines.joined(separator: "\n"))
        ]
      }

      """
  }
}
