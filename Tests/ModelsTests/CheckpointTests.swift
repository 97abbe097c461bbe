import Testing

@testable import Models

@Suite struct CheckpointTests {
  private static let config = """
    {"model_type": "llama", "vocab_size": 8, "hidden_size": 64, "intermediate_size": 16, "num_hidden_layers": 2,
     "num_attention_heads": 2, "num_key_value_heads": 1, "tie_word_embeddings": true, "num_draft_heads": 1,
     "draft_head_intermediate_size": 4}
    """

  private func configuration() throws -> ModelConfiguration {
    try ModelConfiguration(json: Array(Self.config.utf8))
  }

  /// All tensors of the configuration as F16, element i of each = i as bits.
  private func builder() throws -> FileBuilder {
    var builder = FileBuilder()
    for need in try configuration().requiredTensors {
      builder.add(
        need.name, "F16", need.shape, bytes((0..<need.shape.reduce(1, *)).map { UInt16($0 & 0x7bff) }))
    }
    return builder
  }

  private func checkpoint(_ builder: FileBuilder) throws -> Checkpoint {
    try Checkpoint(
      configuration: configuration(),
      weights: SafetensorsCollection(SafetensorsFile(bytes: builder.build(), label: "t")))
  }

  @Test func opensADirectory() throws {
    let folder = try TemporaryDirectory()
    try folder.write("config.json", Array(Self.config.utf8))
    try folder.write("model.safetensors", builder().build())
    let checkpoint = try Checkpoint(directory: folder.path)
    try checkpoint.validate()
    let gate = try checkpoint.tensor("model.layers.0.mlp.gate_proj.weight", shape: [16, 64])
    #expect(try gate.float16Bits() == (0..<1_024).map(UInt16.init))
    #expect(try gate.rows(2..<3).float16Bits() == (128..<192).map(UInt16.init))
    #expect(gate.rows(2..<3).shape == [1, 64] && gate.rows(16..<16).elementCount == 0)
  }

  @Test func namesAllProblems() throws {
    var builder = try builder()
    builder.items.removeAll { $0.name == "model.norm.weight" }
    let wide = try #require(builder.items.firstIndex { $0.name == "model.layers.1.self_attn.k_proj.weight" })
    builder.items[wide].shape = [64, 32]
    let mistyped = try #require(builder.items.firstIndex { $0.name == "draft_heads.0.up_proj.weight" })
    builder.items[mistyped].dataType = "I16"
    let expected: [SafetensorsError] = [
      .wrongShape(
        file: "t", tensor: "model.layers.1.self_attn.k_proj.weight", expected: [32, 64], found: [64, 32]),
      .missingTensor(file: "t", tensor: "model.norm.weight", near: []),
      .unsupportedDataType(
        file: "t", tensor: "draft_heads.0.up_proj.weight", dataType: .int16,
        supported: [.float16, .bfloat16, .float32]),
    ]
    let checkpoint = try checkpoint(builder)
    #expect(throws: CheckpointError.incomplete(label: "t", problems: expected)) { try checkpoint.validate() }
    #expect(throws: CheckpointError.weights(expected[0])) {
      try checkpoint.tensor("model.layers.1.self_attn.k_proj.weight", shape: [32, 64])
    }
    #expect("\(CheckpointError.incomplete(label: "t", problems: expected))".contains("model.norm.weight"))
  }

  @Test func missingFilesAreNamed() throws {
    let folder = try TemporaryDirectory()
    do {
      _ = try Checkpoint(directory: folder.path)
      Issue.record("opened")
    } catch {
      guard case .configuration(.cannotRead(folder.path + "/config.json", _)) = error else {
        Issue.record("\(error)")
        return
      }
    }
    try folder.write("config.json", Array(Self.config.utf8))
    do {
      _ = try Checkpoint(directory: folder.path)
      Issue.record("opened")
    } catch {
      guard case .weights(.cannotRead(folder.path + "/model.safetensors", _)) = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test func opensShards() throws {
    let folder = try TemporaryDirectory()
    let whole = try builder()
    var (first, second) = (FileBuilder(), FileBuilder())
    first.items = Array(whole.items.prefix(5))
    second.items = Array(whole.items.dropFirst(5))
    let names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    try folder.write("config.json", Array(Self.config.utf8))
    try folder.write(names[0], first.build())
    try folder.write(names[1], second.build())
    let map =
      first.items.map { "\"\($0.name)\": \"\(names[0])\"" }
      + second.items.map { "\"\($0.name)\": \"\(names[1])\"" }
    func writeIndex(_ entries: [String]) throws {
      try folder.write(
        "model.safetensors.index.json",
        Array(
          "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {\(entries.joined(separator: ", "))}}".utf8))
    }
    try writeIndex(map)
    let checkpoint = try Checkpoint(directory: folder.path)
    try checkpoint.validate()
    #expect(checkpoint.weights.files.count == 2)
    #expect(checkpoint.weights.names == whole.items.map(\.name).sorted())

    try writeIndex(map + ["\"absent\": \"\(names[0])\""])
    #expect(
      throws: CheckpointError.weights(
        .missingTensor(file: folder.path + "/" + names[0], tensor: "absent", near: []))
    ) { try Checkpoint(directory: folder.path) }
    let index = folder.path + "/model.safetensors.index.json"
    for bad in [
      "../a.safetensors", "/etc/a.safetensors", "a/b.safetensors", "..\\\\a.safetensors", ".safetensors",
      "a.bin",
      "", "a\\u0000.safetensors",
    ] {
      try writeIndex(["\"x\": \"\(bad)\""])
      do {
        _ = try SafetensorsCollection(index: index)
        Issue.record("\(bad) accepted")
      } catch {
        guard case .unsafeShardName = error else {
          Issue.record("\(error)")
          continue
        }
      }
    }
    for bad in ["{}", "[]", "{\"weight_map\": []}", "{\"weight_map\": {\"x\": 1}}"] {
      try folder.write("model.safetensors.index.json", Array(bad.utf8))
      do {
        _ = try SafetensorsCollection(index: index)
        Issue.record("\(bad) accepted")
      } catch {
        guard case .mistyped = error else {
          Issue.record("\(error)")
          continue
        }
      }
    }
  }
}
