import Foundation
import Testing

@testable import Models

@Suite struct ModelConfigurationTests {
  /// As tools/train/publish.py writes it.
  static let published = """
    {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "vocab_size": 256,
     "hidden_size": 384, "intermediate_size": 960, "num_hidden_layers": 4, "num_attention_heads": 6,
     "num_key_value_heads": 2, "head_dim": 64, "max_position_embeddings": 4096, "rope_theta": 10000.0,
     "rms_norm_eps": 1e-05, "tie_word_embeddings": true, "num_draft_heads": 4,
     "draft_head_intermediate_size": 192, "bos_token_id": 0, "eos_token_id": 0}

    """

  /// The smallest accepted fields, with `fields` added or replaced; nil removes.
  private func read(_ fields: [String: String?] = [:]) throws -> ModelConfiguration {
    var all: [String: String?] = [
      "vocab_size": "1000", "hidden_size": "256", "intermediate_size": "512", "num_hidden_layers": "2",
      "num_attention_heads": "4",
    ]
    all.merge(fields) { $1 }
    let text = all.compactMap { key, value in value.map { "\"\(key)\":\($0)" } }.joined(separator: ",")
    return try ModelConfiguration(json: Array("{\(text)}".utf8))
  }

  private func failure(_ fields: [String: String?]) -> ModelConfigurationError? {
    do {
      _ = try read(fields)
      return nil
    } catch {
      return error as? ModelConfigurationError
    }
  }

  @Test func readsOurOwn() throws {
    let c = try ModelConfiguration(json: Array(Self.published.utf8))
    let expected = try ModelConfiguration(
      vocabularySize: 256, hiddenSize: 384, intermediateSize: 960, layerCount: 4, headCount: 6,
      keyValueHeadCount: 2, headSize: 64, ropeTheta: 10_000, rmsNormEpsilon: 1e-5, maximumPositions: 4_096,
      tiesWordEmbeddings: true, bosTokens: [0], eosTokens: [0], draftHeadCount: 4,
      draftHeadIntermediateSize: 192)
    #expect(c == expected)
    #expect(c.groupSize == 3 && c.querySize == 384 && c.keyValueSize == 128)
    #expect(c.requiredTensors.count == 1 + 4 * 9 + 1 + 4 * 3)
    #expect(
      c.requiredTensors.last == TensorRequirement(name: "draft_heads.3.down_proj.weight", shape: [384, 192]))
  }

  @Test func defaults() throws {
    let c = try read()
    #expect(c.keyValueHeadCount == 4 && c.headSize == 64 && c.ropeTheta == 10_000 && c.rmsNormEpsilon == 1e-6)
    #expect(
      c.maximumPositions == 2_048 && !c.tiesWordEmbeddings && c.bosTokens.isEmpty && c.eosTokens.isEmpty)
    #expect(c.draftHeadCount == 0 && c.draftHeadIntermediateSize == 0)
    #expect(c.requiredTensors.contains(TensorRequirement(name: "lm_head.weight", shape: [1_000, 256])))
    #expect(try read(["head_dim": "null", "rope_scaling": "null", "attention_bias": "false"]) == c)
    #expect(try read(["eos_token_id": "[1, 999]"]).eosTokens == [1, 999])
  }

  @Test func readsRotaryParameters() throws {
    #expect(try read(["rope_theta": "500000"]).ropeTheta == 500_000)
    #expect(
      try read(["rope_parameters": #"{"rope_type": "default", "rope_theta": 1000000.0}"#]).ropeTheta
        == 1_000_000)
    #expect(try read(["rope_scaling": #"{"type": "default"}"#]).ropeTheta == 10_000)
    #expect(
      failure(["rope_theta": "10000.0", "rope_parameters": #"{"rope_theta": 2e4}"#])
        == .outOfRange(field: "rope_parameters.rope_theta", value: "20000.0", allowed: "rope_theta = 10000.0")
    )
    let types = "default, linear, llama3, yarn"
    for type in ["dynamic", "longrope", "ntk"] {
      #expect(
        failure(["rope_scaling": #"{"rope_type": "\#(type)", "factor": 8.0}"#])
          == .unsupported(field: "rope_scaling.rope_type", value: "'\(type)'", supported: types))
      #expect(
        failure(["rope_scaling": #"{"type": "\#(type)", "factor": 8.0}"#])
          == .unsupported(field: "rope_scaling.type", value: "'\(type)'", supported: types))
    }
    #expect(
      failure(["rope_scaling": #"{"factor": 8.0}"#])
        == .unsupported(field: "rope_scaling.factor", value: "the number 8.0", supported: "no such field"))
  }

  @Test func readsRotaryScaling() throws {
    #expect(try read().ropeScaling == .none)
    let linear = #"{"type": "linear", "factor": 2.0}"#
    #expect(try read(["rope_scaling": linear]).ropeScaling == .linear(factor: 2))
    let llama3 = #"""
      {"factor": 8.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
       "original_max_position_embeddings": 8192, "rope_type": "llama3"}
      """#
    #expect(
      try read(["rope_scaling": llama3, "rope_theta": "500000.0"]).ropeScaling
        == .llama3(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 8_192))
    let yarn = #"{"rope_type": "yarn", "factor": 4.0, "rope_theta": 1000000.0, "beta_fast": 16}"#
    let c = try read(["rope_parameters": yarn, "max_position_embeddings": "4096"])
    #expect(c.ropeScaling == .yarn(factor: 4, originalPositions: 4_096, fast: 16) && c.ropeTheta == 1_000_000)
    #expect(
      failure(["rope_parameters": yarn, "rope_scaling": linear])?.description.contains("rope_scaling") == true
    )
  }

  @Test(
    arguments: [
      (#"{"type": "linear"}"#, .missing(field: "rope_scaling.factor")),
      (
        #"{"type": "linear", "factor": 0.5}"#,
        .outOfRange(field: "rope_scaling.factor", value: "0.5", allowed: "1...1e6")
      ),
      (
        #"{"type": "yarn", "factor": 2, "mscale": 1}"#,
        .unsupported(field: "rope_scaling.mscale", value: "1", supported: "no such field")
      ),
      (
        #"{"type": "yarn", "factor": 2, "beta_fast": 1}"#,
        .outOfRange(field: "rope_scaling.beta_fast", value: "1.0", allowed: "above beta_slow = 1.0, to 1e6")
      ),
    ] as [(String, ModelConfigurationError)])
  func refusesWrongRotaryScaling(scaling: String, error: ModelConfigurationError) {
    #expect(failure(["rope_scaling": scaling]) == error)
  }

  @Test(arguments: [
    ("model_type", "\"gemma\"", "'gemma'", "llama, mistral"),
    ("hidden_act", "\"gelu\"", "'gelu'", "silu, swish"),
    ("attention_bias", "true", "true", "false"), ("mlp_bias", "true", "true", "false"),
    ("sliding_window", "4096", "4096", "null"),
    ("quantization_config", "{}", "an object of 0 members", "null"),
    ("partial_rotary_factor", "0.5", "0.5", "1"),
  ])
  func refusesByName(_ field: String, _ json: String, _ value: String, _ supported: String) {
    #expect(failure([field: json]) == .unsupported(field: field, value: value, supported: supported))
  }

  @Test(arguments: [
    ("vocab_size", "0"), ("vocab_size", "262145"), ("vocab_size", "-1"), ("hidden_size", "0"),
    ("hidden_size", "65537"), ("intermediate_size", "0"), ("num_hidden_layers", "0"),
    ("num_hidden_layers", "1025"),
    ("num_attention_heads", "0"), ("num_attention_heads", "3"), ("num_key_value_heads", "3"),
    ("num_key_value_heads", "0"), ("num_key_value_heads", "8"), ("head_dim", "33"), ("head_dim", "30"),
    ("head_dim", "258"), ("rope_theta", "0"), ("rope_theta", "1e300"), ("rms_norm_eps", "0"),
    ("rms_norm_eps", "1"),
    ("max_position_embeddings", "0"), ("bos_token_id", "1000"), ("eos_token_id", "[1, -1]"),
    ("num_draft_heads", "65"), ("num_draft_heads", "-1"), ("draft_head_intermediate_size", "-1"),
  ])
  func rangesAreChecked(_ field: String, _ json: String) throws {
    let error = try #require(failure([field: json]))
    guard case .outOfRange(field, _, _) = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test(arguments: [
    ("vocab_size", "\"256\""), ("vocab_size", "256.0"), ("hidden_size", "9223372036854775808"),
    ("tie_word_embeddings", "1"), ("rope_theta", "\"10000\""), ("rope_scaling", "[]"),
    ("eos_token_id", "[1.5]"),
    ("eos_token_id", "\"x\""), ("hidden_act", "1"), ("attention_bias", "0"),
  ])
  func typesAreChecked(_ field: String, _ json: String) throws {
    let error = try #require(failure([field: json]))
    guard case .mistyped(field, _, _) = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test(arguments: [
    "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
  ])
  func requiredFieldsAreNamed(_ field: String) {
    #expect(failure([field: nil]) == .missing(field: field))
    #expect(failure([field: "null"]) == .missing(field: field))
  }

  @Test func draftHeadsNeedAWidth() {
    #expect(
      failure(["num_draft_heads": "2"])
        == .outOfRange(field: "draft_head_intermediate_size", value: "0", allowed: "1...1048576"))
  }

  @Test func textAndFileErrors() throws {
    #expect(throws: ModelConfigurationError.self) { try ModelConfiguration(json: Array("[]".utf8)) }
    #expect(throws: ModelConfigurationError.self) { try ModelConfiguration(path: "/none/config.json") }
    #expect(
      throws: ModelConfigurationError.malformedJSON(
        file: "config.json", byte: 1, problem: "a key in quotes is expected")
    ) { try ModelConfiguration(json: [0x7b, 0xff]) }
    let folder = try TemporaryDirectory()
    let large = try folder.write(
      "config.json", Array(repeating: 0x20, count: ModelConfiguration.maximumBytes + 1))
    #expect(throws: ModelConfigurationError.self) { try ModelConfiguration(path: large) }
  }
}
