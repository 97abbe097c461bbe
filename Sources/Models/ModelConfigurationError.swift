/// Why a `config.json` cannot be used: the field by its name there, the value, and what to do.
public enum ModelConfigurationError: Error, Sendable, Equatable {
  /// The operating system does not give us the file, or it is larger than a configuration.
  case cannotRead(file: String, reason: String)
  /// The text is not JSON that we accept; `byte` counts from 0.
  case malformedJSON(file: String, byte: Int, problem: String)
  /// A field without a default is missing or null.
  case missing(field: String)
  /// A field has a value of another type.
  case mistyped(field: String, expected: String, found: String)
  /// A number is outside of what is allowed.
  case outOfRange(field: String, value: String, allowed: String)
  /// The model needs something that is not built.
  case unsupported(field: String, value: String, supported: String)
}

extension ModelConfigurationError: CustomStringConvertible {
  /// A sentence that names the file and the field.
  public var description: String {
    switch self {
    case .cannotRead(let file, let reason):
      "\(file): cannot be read: \(reason); check the path and its permissions"
    case .malformedJSON(let file, let byte, let problem):
      "\(file): malformed JSON at byte \(byte): \(problem); correct the file"
    case .missing(let field):
      "model configuration: \(field) is missing; add it to config.json"
    case .mistyped(let field, let expected, let found):
      "model configuration: \(field) is \(found), expected \(expected); correct config.json"
    case .outOfRange(let field, let value, let allowed):
      "model configuration: \(field) is \(value), allowed: \(allowed); use another model or correct config.json"
    case .unsupported(let field, let value, let supported):
      "model configuration: \(field) is \(value), supported: \(supported); use another model"
    }
  }
}
