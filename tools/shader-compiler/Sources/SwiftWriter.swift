import Foundation

/// The Swift source that embeds kernels: SPIR-V as base64, which compiles a hundred times faster than numbers.
enum SwiftWriter {
  static func source(of shader: Shader, _ outcome: Shader.Outcome) -> String {
    let values =
      switch outcome {
      case .compiled(let modules): modules.map { compiled(shader, $0) }
      case .switchedOff(let missing):
        [
          """
          .switchedOff(
              name: \(quoted(shader.stem)), missing: \(list(missing.map(quoted))))
          """
        ]
      }
    return """
      // Generated from \(shader.stem).comp.
      extension EmbeddedShader {
        static let \(shader.stem): [EmbeddedShader] = \(list(values))
      }

      """
  }

  static func index(of stems: [String]) -> String {
    """
    // Generated.
    extension EmbeddedShader {
      static let all: [EmbeddedShader] = [
    \(stems.sorted().map { "    \($0)," }.joined(separator: "\n"))
      ].flatMap { $0 }
    }

    """
  }

  private static func compiled(_ shader: Shader, _ module: Shader.Module) -> String {
    let facts = module.facts
    let base64 = module.words.withUnsafeBytes { Data($0) }.base64EncodedString()
    let size = facts.localSize
    let sizeConstants = facts.localSizeConstants.map(optional)
    return """
      .built(
          ShaderModule(
            name: \(quoted(module.name)),
            isExact: \(shader.isExact),
            bindings: \(list(facts.bindings.map(binding))),
            pushConstantBytes: \(facts.pushConstantBytes),
            pushConstants: \(list(facts.pushConstants.map(pushConstant))),
            localSize: (\(size[0]), \(size[1]), \(size[2])),
            localSizeConstants: (\(sizeConstants.joined(separator: ", "))),
            specializationConstants: \(list(facts.specializationConstants.map(specialization))),
            sharedMemoryBytes: \(facts.sharedMemoryBytes),
            capabilities: \(list(facts.capabilities.map(String.init))),
            base64: "\(base64)"))
      """
  }

  private static func binding(_ binding: Reflection.Binding) -> String {
    "ShaderModule.Binding(index: \(binding.index), readable: \(binding.readable), writable: \(binding.writable), "
      + "texelFormat: \(binding.texelFormat.map(quoted) ?? "nil"))"
  }

  private static func pushConstant(_ member: Reflection.PushConstant) -> String {
    "ShaderModule.PushConstant(name: \(quoted(member.name)), offset: \(member.offset))"
  }

  private static func specialization(_ constant: Reflection.SpecializationConstant) -> String {
    "ShaderModule.SpecializationConstant(id: \(constant.id), name: \(constant.name.map(quoted) ?? "nil"), "
      + "kind: .\(constant.kind), defaultValue: \(constant.defaultValue))"
  }

  private static func list(_ items: [String]) -> String { "[\(items.joined(separator: ", "))]" }

  private static func quoted(_ text: String) -> String { "\"\(text)\"" }

  private static func optional(_ value: Int?) -> String { value.map(String.init) ?? "nil" }
}
