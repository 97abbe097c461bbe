/// A tensor that a model needs: its name in the checkpoint and its shape, [outputs, inputs] for matrices.
public struct TensorRequirement: Sendable, Equatable {
  /// In the safetensors file.
  public let name: String
  /// Outermost dimension first.
  public let shape: [Int]
}

extension ModelConfiguration {
  /// All tensors of the model, named as transformers names them, in the order of use.
  ///
  /// Draft heads are ours: `draft_heads.{j}.{gate,up,down}_proj.weight`. Tied models need no `lm_head.weight`.
  public var requiredTensors: [TensorRequirement] {
    var result: [TensorRequirement] = []
    func need(_ name: String, _ shape: Int...) {
      result.append(TensorRequirement(name: name + ".weight", shape: shape))
    }
    func needGatedMLP(_ prefix: String, _ width: Int) {
      need(prefix + ".gate_proj", width, hiddenSize)
      need(prefix + ".up_proj", width, hiddenSize)
      need(prefix + ".down_proj", hiddenSize, width)
    }
    need("model.embed_tokens", vocabularySize, hiddenSize)
    for layer in 0..<layerCount {
      let prefix = "model.layers.\(layer)"
      need(prefix + ".input_layernorm", hiddenSize)
      need(prefix + ".self_attn.q_proj", querySize, hiddenSize)
      need(prefix + ".self_attn.k_proj", keyValueSize, hiddenSize)
      need(prefix + ".self_attn.v_proj", keyValueSize, hiddenSize)
      need(prefix + ".self_attn.o_proj", hiddenSize, querySize)
      need(prefix + ".post_attention_layernorm", hiddenSize)
      needGatedMLP(prefix + ".mlp", intermediateSize)
    }
    need("model.norm", hiddenSize)
    if !tiesWordEmbeddings { need("lm_head", vocabularySize, hiddenSize) }
    for head in 0..<draftHeadCount { needGatedMLP("draft_heads.\(head)", draftHeadIntermediateSize) }
    return result
  }
}
