import Testing

@testable import Models

@Suite struct SafetensorsMalformedTests {
  @Test func everyTruncationIsNamed() throws {
    var builder = FileBuilder()
    builder.add("a", "F32", [2], bytes(Float(1).bitPattern, 2))
    builder.add("b", "F16", [4], bytes(UInt16(1), 2, 3, 4))
    let whole = builder.build()
    #expect(failure(whole) == nil)
    for count in 0..<whole.count {
      switch try #require(failure(Array(whole[..<count]))) {
      case .truncated(_, let needed, let available): #expect(needed > UInt64(count) && available == count)
      case .outOfRange(_, _, _, let end, let dataBytes): #expect(end > dataBytes)
      case let error: Issue.record("\(count): \(error)")
      }
    }
    #expect(failure(whole + [0]) == .hole(file: "t", begin: 16, end: 17))
  }

  @Test func headerSizeIsBounded() {
    let limit = SafetensorsFile.maximumHeaderBytes
    for size in [UInt64(limit) + 1, 1 << 62, .max] {
      #expect(failure(bytes(size) + [0x7b]) == .headerTooLarge(file: "t", bytes: size, maximum: limit))
    }
    #expect(
      failure(bytes(UInt64(limit)) + [0x7b])
        == .truncated(file: "t", neededBytes: UInt64(limit) + 8, availableBytes: 9))
  }

  @Test(arguments: [
    "", " {}", "[]", "x", "{", "{}x", "{}\n", "{} {}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}",
    "{'a':1}",
    "{\"a\":tru}", "{\"a\":nul", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}",
    "{\"a\":-}",
    "{\"a\":1e999}", "{\"a\":NaN}", "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\":\"", "{\"a\":\"\\",
    "{\"a\":\"\\x\"}",
    "{\"a\":\"\\u12\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}", "{\"a\":\"\\ud800\\u0041\"}",
    "{\"a\":\"\t\"}",
    "{\"a\":\u{0}1}", "{}\u{0}", "{/**/}", "\u{feff}{}",
  ])
  func malformedJSONHasAPosition(_ header: String) throws {
    guard case .malformedJSON(_, let byte, _) = try #require(failure(file(header: header))) else {
      Issue.record("\(header)")
      return
    }
    #expect((0...header.utf8.count).contains(byte))
  }

  @Test func nestingIsBounded() {
    for depth in [33, 100_000] {
      let header = "{\"a\":" + String(repeating: "[", count: depth)
      #expect(
        failure(file(header: header))
          == .malformedJSON(file: "t", byte: 36, problem: "nesting is deeper than 32"))
    }
  }

  @Test func textMustBeUTF8() {
    for bad: [UInt8] in [
      [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82],
    ] {
      let header = Array("{\"a\":\"".utf8) + bad + Array("\"}".utf8)
      #expect(
        failure(file(header: header))
          == .malformedJSON(file: "t", byte: 5, problem: "the string that begins here is not UTF-8"))
    }
  }

  @Test func keysAreUnique() {
    let a = entry("a", "U8", [1], 0, 1)
    #expect(
      failure(file(header: "{\(a),\(a)}", data: [0]))
        == .duplicateKey(file: "t", key: "a", byte: a.utf8.count + 2))
    let escaped = entry("\\u0061", "U8", [1], 0, 1)
    #expect(
      failure(file(header: "{\(a),\(escaped)}", data: [0]))
        == .duplicateKey(file: "t", key: "a", byte: a.utf8.count + 2))
    let inner = #"{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
    #expect(failure(file(header: inner, data: [0])) == .duplicateKey(file: "t", key: "dtype", byte: 19))
    let metadata = #"{"__metadata__":{"x":"","x":""}}"#
    #expect(failure(file(header: metadata)) == .duplicateKey(file: "t", key: "x", byte: 24))
  }

  @Test(arguments: [
    ("1", "value"), ("[]", "value"), ("null", "value"), ("{}", "dtype"), (#"{"dtype":1}"#, "dtype"),
    (#"{"dtype":"U8"}"#, "shape"), (#"{"dtype":"U8","shape":1}"#, "shape"),
    (#"{"dtype":"U8","shape":["1"]}"#, "shape[0]"), (#"{"dtype":"U8","shape":[1,-1]}"#, "shape[1]"),
    (#"{"dtype":"U8","shape":[1.0]}"#, "shape[0]"), (#"{"dtype":"U8","shape":[1e0]}"#, "shape[0]"),
    (#"{"dtype":"U8","shape":[-0]}"#, "shape[0]"),
    (#"{"dtype":"U8","shape":[9223372036854775808]}"#, "shape[0]"),
    (#"{"dtype":"U8","shape":[true]}"#, "shape[0]"), (#"{"dtype":"U8","shape":[1]}"#, "data_offsets"),
    (#"{"dtype":"U8","shape":[1],"data_offsets":[0]}"#, "data_offsets"),
    (#"{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}"#, "data_offsets"),
    (#"{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}"#, "data_offsets[0]"),
    (#"{"dtype":"U8","shape":[1],"data_offsets":[0,1.5]}"#, "data_offsets[1]"),
    (#"{"dtype":"U8","shape":[1],"data_offsets":[0,18446744073709551616]}"#, "data_offsets[1]"),
  ])
  func mistypedFieldsAreNamed(_ value: String, _ field: String) throws {
    let error = try #require(failure(file(header: "{\"a\":\(value)}", data: [0])))
    guard case .mistyped("t", "a", field, _, _) = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test(arguments: ["1", "[]", "null", #"{"x":1}"#, #"{"x":null}"#, #"{"x":{}}"#])
  func metadataIsText(_ value: String) throws {
    let error = try #require(failure(file(header: "{\"__metadata__\":\(value)}")))
    guard case .mistyped("t", "__metadata__", _, _, _) = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func claimsAboutDataAreChecked() {
    func error(_ entries: String..., data: Int) -> SafetensorsError? {
      failure(
        file(header: "{" + entries.joined(separator: ",") + "}", data: Array(repeating: 0, count: data)))
    }
    #expect(
      error(entry("a", "Q4", [1], 0, 1), data: 1) == .unknownDataType(file: "t", tensor: "a", dataType: "Q4"))
    #expect(
      error(entry("a", "F32", [2], 0, 4), data: 4)
        == .sizeMismatch(
          file: "t", tensor: "a", dataType: .float32, shape: [2], expectedBytes: 8, foundBytes: 4))
    #expect(
      error(entry("a", "U8", [4], 4, 0), data: 4)
        == .outOfRange(file: "t", tensor: "a", begin: 4, end: 0, dataBytes: 4))
    #expect(
      error(entry("a", "U8", [4], 1, 5), data: 4)
        == .outOfRange(file: "t", tensor: "a", begin: 1, end: 5, dataBytes: 4))
    #expect(
      error(entry("a", "U8", [1], 0, .max), data: 4)
        == .outOfRange(file: "t", tensor: "a", begin: 0, end: .max, dataBytes: 4))
    #expect(
      error(entry("a", "F4", [3], 0, 1), data: 1)
        == .partialByte(file: "t", tensor: "a", dataType: .float4, shape: [3]))
    for shape in [[Int.max], [1 << 32, 1 << 32], [3, Int.max / 2, 1], [1 << 62, 1 << 62, 0]] {
      #expect(
        error(entry("a", "U8", shape, 0, 0), data: 0) == .shapeOverflow(file: "t", tensor: "a", shape: shape))
    }
    #expect(
      error(entry("a", "U8", [4], 0, 4), entry("b", "U8", [4], 2, 6), data: 6)
        == .overlapping(file: "t", first: "a", second: "b", byte: 2))
    #expect(
      error(entry("a", "U8", [4], 0, 4), entry("b", "U8", [4], 0, 4), data: 4)
        == .overlapping(file: "t", first: "a", second: "b", byte: 0))
    #expect(
      error(entry("a", "U8", [4], 0, 4), entry("b", "U8", [0], 2, 2), data: 4)
        == .overlapping(file: "t", first: "a", second: "b", byte: 2))
    #expect(
      error(entry("a", "U8", [1], 0, 1), entry("b", "U8", [1], 2, 3), data: 3)
        == .hole(file: "t", begin: 1, end: 2))
    #expect(error(entry("a", "U8", [1], 0, 1), data: 3) == .hole(file: "t", begin: 1, end: 3))
    #expect(error(entry("a", "U8", [1], 1, 2), data: 2) == .hole(file: "t", begin: 0, end: 1))
  }

  @Test func messagesStayShortAndPrintable() throws {
    let name = String(repeating: "\\u001b[31m", count: 1_000)
    let shape = Array(repeating: 1, count: 500)
    let error = try #require(failure(file(header: "{" + entry(name, "U8", shape, 0, 0) + "}")))
    #expect(error.description.utf8.count < 1_000)
    #expect(error.description.utf8.allSatisfy { $0 >= 0x20 })
  }
}
