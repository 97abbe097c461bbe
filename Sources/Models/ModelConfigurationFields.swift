/// Typed access to the fields of a JSON object; null counts as missing, as transformers writes it.
struct ModelConfigurationFields {
  let members: [String: JSONValue]
  /// What field names are prefixed with in errors, such as "rope_scaling.".
  var prefix = ""

  subscript(_ field: String) -> JSONValue? {
    guard let value = members[field], value != .null else { return nil }
    return value
  }

  func integer(_ field: String) throws(ModelConfigurationError) -> Int? {
    guard let value = self[field] else { return nil }
    guard let integer = value.integer else { throw mistyped(field, "a whole number", value) }
    return integer
  }

  func required(_ field: String) throws(ModelConfigurationError) -> Int {
    guard let integer = try integer(field) else { throw .missing(field: prefix + field) }
    return integer
  }

  func number(_ field: String) throws(ModelConfigurationError) -> Double? {
    guard let value = self[field] else { return nil }
    guard let number = value.number else { throw mistyped(field, "a number", value) }
    return number
  }

  func bool(_ field: String) throws(ModelConfigurationError) -> Bool? {
    guard let value = self[field] else { return nil }
    guard let bool = value.bool else { throw mistyped(field, "true or false", value) }
    return bool
  }

  func string(_ field: String) throws(ModelConfigurationError) -> String? {
    guard let value = self[field] else { return nil }
    guard let string = value.string else { throw mistyped(field, "a string", value) }
    return string
  }

  func object(_ field: String) throws(ModelConfigurationError) -> ModelConfigurationFields? {
    guard let value = self[field] else { return nil }
    guard let members = value.members else { throw mistyped(field, "an object", value) }
    return ModelConfigurationFields(members: members, prefix: prefix + field + ".")
  }

  /// One token or a list of tokens; none where missing.
  func tokens(_ field: String) throws(ModelConfigurationError) -> [Int] {
    guard let value = self[field] else { return [] }
    if let token = value.integer { return [token] }
    var tokens: [Int] = []
    for element in value.elements ?? [value] {
      guard let token = element.integer else {
        throw mistyped(field, "a whole number or a list of whole numbers", element)
      }
      tokens.append(token)
    }
    return tokens
  }

  /// Throws `unsupported` unless the string is missing or one of `supported`.
  func only(_ field: String, _ supported: [String]) throws(ModelConfigurationError) {
    guard let found = try string(field), !supported.contains(found) else { return }
    throw .unsupported(
      field: prefix + field, value: found.abbreviated, supported: supported.joined(separator: ", "))
  }

  func mistyped(_ field: String, _ expected: String, _ found: JSONValue) -> ModelConfigurationError {
    .mistyped(field: prefix + field, expected: expected, found: found.summary)
  }
}
