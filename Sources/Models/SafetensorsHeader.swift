/// The header of a safetensors file, every claim checked against the file's size.
struct SafetensorsHeader: Sendable {
  /// One tensor: where its data lie, as bytes of the data area.
  struct Entry: Sendable {
    let name: String
    let dataType: SafetensorsDataType
    let shape: [Int]
    let elementCount: Int
    let range: Range<Int>
  }

  /// In the order of their data.
  let entries: [Entry]
  let metadata: [String: String]

  /// - Parameters:
  ///   - json: the header's bytes.
  ///   - dataBytes: size of the data area after it.
  init(json: [UInt8], dataBytes: Int, file: String) throws(SafetensorsError) {
    guard json.first == UInt8(ascii: "{") else {
      throw .malformedJSON(file: file, byte: 0, problem: "a header begins with '{'")
    }
    let value: JSONValue
    do {
      value = try JSONParser.parse(json, trailing: .spaces)
    } catch {
      throw SafetensorsError(error, file: file)
    }
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    for (name, value) in value.members ?? [:] {
      if name == "__metadata__" {
        metadata = try Self.metadata(value, file: file)
      } else {
        entries.append(try Self.entry(name, value, dataBytes: dataBytes, file: file))
      }
    }
    // Dictionaries have no order: sort by all that could tie, so that errors are the same in every run.
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound, $0.name) < (
        $1.range.lowerBound, $1.range.upperBound, $1.name
      )
    }
    try Self.checkTiling(entries, dataBytes: dataBytes, file: file)
    self.entries = entries
    self.metadata = metadata
  }

  private static func metadata(_ value: JSONValue, file: String) throws(SafetensorsError) -> [String: String]
  {
    guard let members = value.members else {
      throw .mistyped(
        file: file, owner: "__metadata__", field: "value", expected: "an object", found: value.summary)
    }
    var result: [String: String] = [:]
    for (key, value) in members {
      guard let string = value.string else {
        throw .mistyped(
          file: file, owner: "__metadata__", field: key.abbreviated, expected: "a string",
          found: value.summary)
      }
      result[key] = string
    }
    return result
  }

  private static func entry(
    _ name: String, _ value: JSONValue, dataBytes: Int, file: String
  ) throws(SafetensorsError) -> Entry {
    func mistyped(_ field: String, _ expected: String, _ found: JSONValue?) -> SafetensorsError {
      .mistyped(
        file: file, owner: name, field: field, expected: expected, found: found?.summary ?? "missing")
    }
    guard let members = value.members else { throw mistyped("value", "an object", value) }
    guard let typeName = members["dtype"]?.string else {
      throw mistyped("dtype", "a string", members["dtype"])
    }
    guard let dataType = SafetensorsDataType(rawValue: typeName) else {
      throw .unknownDataType(file: file, tensor: name, dataType: typeName)
    }
    guard let dimensions = members["shape"]?.elements else {
      throw mistyped("shape", "a list", members["shape"])
    }
    var shape: [Int] = []
    for (axis, dimension) in dimensions.enumerated() {
      guard let size = dimension.integer, size >= 0 else {
        throw mistyped("shape[\(axis)]", "a whole number 0...\(Int.max)", dimension)
      }
      shape.append(size)
    }
    guard let offsets = members["data_offsets"]?.elements, offsets.count == 2 else {
      throw mistyped("data_offsets", "a list of 2 elements", members["data_offsets"])
    }
    guard let begin = offsets[0].integer, begin >= 0 else {
      throw mistyped("data_offsets[0]", "a whole number 0...\(Int.max)", offsets[0])
    }
    guard let end = offsets[1].integer, end >= 0 else {
      throw mistyped("data_offsets[1]", "a whole number 0...\(Int.max)", offsets[1])
    }
    guard begin <= end, end <= dataBytes else {
      throw .outOfRange(file: file, tensor: name, begin: begin, end: end, dataBytes: dataBytes)
    }
    var bits = dataType.bitCount
    var count = 1
    for size in shape {
      let (product, overflow) = bits.multipliedReportingOverflow(by: size)
      guard !overflow else { throw .shapeOverflow(file: file, tensor: name, shape: shape) }
      bits = product
      count *= size  // no larger than `bits`
    }
    guard bits % 8 == 0 else {
      throw .partialByte(file: file, tensor: name, dataType: dataType, shape: shape)
    }
    guard bits / 8 == end - begin else {
      throw .sizeMismatch(
        file: file, tensor: name, dataType: dataType, shape: shape, expectedBytes: bits / 8,
        foundBytes: end - begin)
    }
    return Entry(name: name, dataType: dataType, shape: shape, elementCount: count, range: begin..<end)
  }

  /// The format's rule: tensors follow one another, without overlap or hole, and fill the data area.
  private static func checkTiling(_ entries: [Entry], dataBytes: Int, file: String) throws(SafetensorsError) {
    var reached = 0
    var previous = ""
    for entry in entries {
      let begin = entry.range.lowerBound
      guard begin >= reached else {
        throw .overlapping(file: file, first: previous, second: entry.name, byte: begin)
      }
      guard begin == reached else { throw .hole(file: file, begin: reached, end: begin) }
      reached = entry.range.upperBound
      previous = entry.name
    }
    guard reached == dataBytes else { throw .hole(file: file, begin: reached, end: dataBytes) }
  }
}

extension SafetensorsError {
  init(_ error: JSONError, file: String) {
    if let key = error.duplicate {
      self = .duplicateKey(file: file, key: key, byte: error.byte)
    } else {
      self = .malformedJSON(file: file, byte: error.byte, problem: error.problem)
    }
  }
}
