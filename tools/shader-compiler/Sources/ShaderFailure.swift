/// Why a shader does not build: one or more lines in the compiler's `path:line: error: message` style.
struct ShaderFailure: Error {
  let text: String

  init(_ text: String) { self.text = text }

  var hasPlace: Bool { text.contains(": error: ") }

  /// The same with a place, where the text is a bare message.
  func at(_ place: String) -> ShaderFailure { ShaderFailure("\(place): error: \(text)") }
}
