@testable import shader_compiler

/// A kernel with these declarations and this body of `main`; `b` is a buffer of floats.
func kernel(_ body: String, _ declarations: String = "") -> Shader {
  Shader(
    path: "kernel.comp", stem: "kernel",
    text: """
      #version 450
      \(declarations)
      layout(set = 0, binding = 0, std430) buffer B { float b[]; };
      void main() { \(body) }
      """)
}

let compiler = GlslCompiler(includeFolders: [])

/// The errors of a shader, "" if it builds.
func errors(_ shader: Shader) -> String {
  do throws(ShaderFailure) {
    _ = try shader.build(with: compiler)
    return ""
  } catch {
    return error.text
  }
}

func reflection(_ text: String) throws -> Reflection {
  try Reflection(SpirvModule(words: compiler.compile(text, path: "kernel.comp")))
}
