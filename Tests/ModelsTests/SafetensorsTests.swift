import Testing

@testable import Models

@Suite struct SafetensorsTests {
  @Test func readsTensorsInOrder() throws {
    var builder = FileBuilder()
    builder.add("b", "F32", [2, 2], bytes([1, 2, 3, 4].map { Float($0).bitPattern }))
    builder.add("a", "I16", [3], bytes(Int16(-1), 2, 32_767))
    builder.add("empty", "F64", [0, 5], [])
    builder.add("scalar", "U8", [], [7])
    let file = try SafetensorsFile(bytes: builder.build())
    #expect(file.names == ["b", "a", "empty", "scalar"])
    #expect(file.metadata == ["format": "pt"])
    #expect(file.contains("a") && !file.contains("c"))

    let b = try file.tensor(named: "b")
    #expect(b.dataType == .float32 && b.shape == [2, 2] && b.elementCount == 4 && b.byteCount == 16)
    #expect((0..<4).map { Float(bitPattern: b.element($0)) } == [1, 2, 3, 4])
    #expect(b.withUnsafeBytes { $0.count } == 16)
    let a = try file.tensor(named: "a")
    #expect((0..<3).map { a.element($0, as: Int16.self) } == [-1, 2, 32_767])
    #expect(try file.tensor(named: "empty").elementCount == 0)
    let scalar = try file.tensor(named: "scalar")
    #expect(scalar.elementCount == 1 && scalar.element(0, as: UInt8.self) == 7)
  }

  @Test func readsUnalignedElements() throws {
    // One byte before the floats, and a header of odd length.
    let header =
      "{" + entry("x", "U8", [1], 0, 1) + "," + entry("y", "F32", [2], 1, 9) + ","
      + entry("z", "F16", [1], 9, 11)
      + "}"
    let data = [9] + bytes(Float(0.5).bitPattern, Float(-3).bitPattern) + bytes(UInt16(0x3c00))
    for padding in 0..<8 {
      let padded = header + String(repeating: " ", count: padding)
      let file = try SafetensorsFile(bytes: file(header: padded, data: data))
      let y = try CheckpointTensor(file.tensor(named: "y"))
      #expect(y.floats() == [0.5, -3])
      #expect(y.withFloats { Array($0) } == [0.5, -3])
      #expect(try CheckpointTensor(file.tensor(named: "z")).withFloat16Bits { Array($0) } == [0x3c00])
    }
  }

  @Test(arguments: SafetensorsDataType.allCases)
  func sizesEveryDataType(_ dataType: SafetensorsDataType) throws {
    let size = 8 * dataType.bitCount / 8
    let header = "{" + entry("x", dataType.rawValue, [2, 4], 0, size) + "}"
    let tensor = try SafetensorsFile(bytes: file(header: header, data: Array(repeating: 0, count: size)))
      .tensor(named: "x")
    #expect(tensor.dataType == dataType && tensor.byteCount == size && tensor.elementCount == 8)
  }

  @Test func acceptsTheEmptyFile() throws {
    #expect(try SafetensorsFile(bytes: file(header: "{}")).names.isEmpty)
    #expect(try SafetensorsFile(bytes: file(header: "{}   ")).names.isEmpty)
  }

  @Test func namesSimilarTensors() throws {
    var builder = FileBuilder()
    for name in ["model.norm.weight", "model.embed_tokens.weight", "lm_head.weight"] {
      builder.add(name, "U8", [1], [0])
    }
    let file = try SafetensorsFile(bytes: builder.build(), label: "t")
    #expect(
      throws: SafetensorsError.missingTensor(
        file: "t", tensor: "model.nrom.weight", near: ["model.norm.weight"])
    ) { try file.tensor(named: "model.nrom.weight") }
    #expect(throws: SafetensorsError.missingTensor(file: "t", tensor: "", near: [])) {
      try file.tensor(named: "")
    }
  }

  @Test func opensPathsAndLinks() throws {
    let folder = try TemporaryDirectory()
    var builder = FileBuilder()
    builder.add("x", "U8", [2], [1, 2])
    let path = try folder.write("a.safetensors", builder.build())
    let file = try SafetensorsFile(path: path)
    #expect(try Array(file.tensor(named: "x").data) == [1, 2])
    #expect(file.label == path)
    for bad in [folder.path, folder.path + "/none", "/dev/zero"] {
      do {
        _ = try SafetensorsFile(path: bad)
        Issue.record("\(bad) opened")
      } catch {
        guard case .cannotRead(bad, _) = error else {
          Issue.record("\(error)")
          continue
        }
      }
    }
    let empty = try folder.write("empty", [])
    #expect(throws: SafetensorsError.truncated(file: empty, neededBytes: 8, availableBytes: 0)) {
      try SafetensorsFile(path: empty)
    }
  }
}
