import Foundation
import Kernels
import Models
import Numerics

/// Small random models, written as safetensors to a temporary directory and read back as any checkpoint is.
enum TinyModel {
  enum Element: String {
    case f16 = "F16"
    case bf16 = "BF16"
    case f32 = "F32"
  }

  struct Options {
    var hidden = 64
    var layers = 2
    var heads = 4
    var keyHeads = 2
    var headSize = 32
    var intermediate = 96
    var vocabulary = 256
    var draftHeads = 3
    var tied = true
    var element = Element.f16
    var seed: UInt64 = 1
    /// Added noise, of another seed: a draft that often, not always, agrees.
    var noise: Float = 0
    /// Sharpness of the output: standard deviation of the embedding.
    var embedding: Float = 0.35
    /// Puts NaN into the final norm.
    var broken = false
  }

  static func load(_ options: Options = Options(), on backend: any Backend) throws -> Model {
    try Model(checkpoint: checkpoint(options), backend: backend)
  }

  static func checkpoint(_ options: Options = Options()) throws -> Checkpoint {
    let directory = FileManager.default.temporaryDirectory.appending(path: "espalier-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    // A mapped file outlives its name.
    defer { try? FileManager.default.removeItem(at: directory) }
    try write(options, to: directory)
    return try Checkpoint(directory: directory.path)
  }

  static func write(_ o: Options, to directory: URL) throws {
    let configuration: [String: Any] = [
      "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
      "vocab_size": o.vocabulary, "hidden_size": o.hidden, "intermediate_size": o.intermediate,
      "num_hidden_layers": o.layers, "num_attention_heads": o.heads, "num_key_value_heads": o.keyHeads,
      "head_dim": o.headSize, "max_position_embeddings": 512, "rope_theta": 10000.0, "rms_norm_eps": 1e-5,
      "tie_word_embeddings": o.tied, "num_draft_heads": o.draftHeads,
      "draft_head_intermediate_size": o.draftHeads > 0 ? 32 : 0, "bos_token_id": 0, "eos_token_id": 0,
    ]
    try JSONSerialization.data(withJSONObject: configuration)
      .write(to: directory.appending(path: "config.json"))
    var random = Normal(seed: o.seed)
    var noise = Normal(seed: o.seed &+ 1000)
    var header: [String: Any] = [:]
    var body = Data()
    for (name, shape) in tensors(o) {
      let deviation =
        shape.count == 1 ? 0 : name.contains("embed") ? o.embedding : Float(shape[1]).squareRoot()
      let values = (0..<shape.reduce(1, *)).map { _ -> Float in
        if shape.count == 1 {
          return o.broken && name == "model.norm.weight" ? .nan : 1 + 0.1 * random.next()
        }
        let scale = name.contains("embed") ? deviation : 1 / deviation
        return scale * (random.next() + (o.noise > 0 ? o.noise * noise.next() : 0))
      }
      let start = body.count
      for value in values { append(value, o.element, to: &body) }
      header[name] = [
        "dtype": o.element.rawValue, "shape": shape, "data_offsets": [start, body.count],
      ]
    }
    var text = try JSONSerialization.data(withJSONObject: header)
    text.append(contentsOf: [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8))
    var file = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
    file.append(text)
    file.append(body)
    try file.write(to: directory.appending(path: "model.safetensors"))
  }

  private static func tensors(_ o: Options) -> [(String, [Int])] {
    var list: [(String, [Int])] = [("model.embed_tokens.weight", [o.vocabulary, o.hidden])]
    for layer in 0..<o.layers {
      let prefix = "model.layers.\(layer)."
      list += [
        (prefix + "input_layernorm.weight", [o.hidden]),
        (prefix + "self_attn.q_proj.weight", [o.heads * o.headSize, o.hidden]),
        (prefix + "self_attn.k_proj.weight", [o.keyHeads * o.headSize, o.hidden]),
        (prefix + "self_attn.v_proj.weight", [o.keyHeads * o.headSize, o.hidden]),
        (prefix + "self_attn.o_proj.weight", [o.hidden, o.heads * o.headSize]),
        (prefix + "post_attention_layernorm.weight", [o.hidden]),
        (prefix + "mlp.gate_proj.weight", [o.intermediate, o.hidden]),
        (prefix + "mlp.up_proj.weight", [o.intermediate, o.hidden]),
        (prefix + "mlp.down_proj.weight", [o.hidden, o.intermediate]),
      ]
    }
    list.append(("model.norm.weight", [o.hidden]))
    if !o.tied { list.append(("lm_head.weight", [o.vocabulary, o.hidden])) }
    for head in 0..<o.draftHeads {
      list += [
        ("draft_heads.\(head).gate_proj.weight", [32, o.hidden]),
        ("draft_heads.\(head).up_proj.weight", [32, o.hidden]),
        ("draft_heads.\(head).down_proj.weight", [o.hidden, 32]),
      ]
    }
    return list
  }

  private static func append(_ value: Float, _ element: Element, to body: inout Data) {
    switch element {
    case .f32: withUnsafeBytes(of: value.bitPattern.littleEndian) { body.append(contentsOf: $0) }
    case .bf16:
      withUnsafeBytes(of: UInt16(value.bitPattern >> 16).littleEndian) { body.append(contentsOf: $0) }
    case .f16:
      withUnsafeBytes(of: halfBits(value).littleEndian) { body.append(contentsOf: $0) }
    }
  }

  /// Truncated, not rounded: any half will do for a random weight.
  private static func halfBits(_ value: Float) -> UInt16 {
    let sign = UInt16(value.bitPattern >> 16 & 0x8000)
    if value.isNaN { return 0x7e00 }
    let exponent = Int(value.bitPattern >> 23 & 255) - 112
    guard exponent > 0 else { return sign }
    precondition(exponent < 31, "\(value) is no half")
    return sign | UInt16(exponent) << 10 | UInt16(value.bitPattern >> 13 & 0x3ff)
  }
}

/// Nearly normal numbers: the sum of twelve uniform ones.
struct Normal {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed) }

  mutating func next() -> Float {
    var sum: Float = -6
    for _ in 0..<12 { sum += Float(random.next() >> 40) * 0x1p-24 }
    return sum
  }
}
