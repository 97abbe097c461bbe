import Kernels

/// Reads a checkpoint's tensors, packs them and puts them on the backend, counting bytes and conversions.
struct WeightLoader {
  let checkpoint: Checkpoint
  let backend: any Backend
  private(set) var byteCount = 0
  private var widened = 0
  private var cleaned = 0
  private var roundedEmbedding: SafetensorsDataType?

  private var configuration: ModelConfiguration { checkpoint.configuration }

  init(checkpoint: Checkpoint, backend: any Backend) {
    self.checkpoint = checkpoint
    self.backend = backend
  }

  /// What loading changed, in words.
  var notes: [String] {
    var notes: [String] = []
    if widened > 0 {
      notes.append("\(widened) weight matrices are kept as f32: the checkpoint's are not all f16 or all bf16")
    }
    if cleaned > 0 { notes.append("\(cleaned) bf16 or f32 weights below 2^-38 became zero") }
    if let roundedEmbedding {
      notes.append("the embedding table was rounded from \(roundedEmbedding.rawValue) to f16, nearest even")
    }
    return notes
  }

  /// The embedding table as f16 and the output head, tied or not.
  mutating func embeddingAndHead() throws(ModelError) -> (Tensor<HalfPair>, PackedWeights) {
    let shape = [configuration.vocabularySize, configuration.hiddenSize]
    let name = "model.embed_tokens.weight"
    let source = try tensor(name, shape)
    if source.dataType != .float16 { roundedEmbedding = source.dataType }
    let words = try onCheckpoint { () throws(CheckpointError) in
      try source.withFloat16Bits(rounding: .nearestEven) { (halves) throws(CheckpointError) in
        stride(from: 0, to: halves.count, by: 2).map {
          UInt32(halves[$0]) | UInt32(halves[$0 + 1]) << 16
        }
      }
    }
    let table: Tensor<HalfPair> = try onBackend { () throws(BackendError) in
      try backend.makeTensor(words, "embedding")
    }
    byteCount += table.byteCount
    return (table, try packed([configuration.tiesWordEmbeddings ? name : "lm_head.weight"], [shape]))
  }

  mutating func layer(_ index: Int) throws(ModelError) -> ModelLayer {
    let c = configuration
    let prefix = "model.layers.\(index)."
    let (attention, mlp) = (prefix + "self_attn.", prefix + "mlp.")
    return ModelLayer(
      attentionNorm: try vector(prefix + "input_layernorm.weight"),
      queryKeyValue: try packed(
        ["q_proj", "k_proj", "v_proj"].map { attention + $0 + ".weight" },
        [c.querySize, c.keyValueSize, c.keyValueSize].map { [$0, c.hiddenSize] }),
      output: try packed([attention + "o_proj.weight"], [[c.hiddenSize, c.querySize]]),
      mlpNorm: try vector(prefix + "post_attention_layernorm.weight"),
      gateUp: try gateUp(mlp, c.intermediateSize),
      down: try packed([mlp + "down_proj.weight"], [[c.hiddenSize, c.intermediateSize]]))
  }

  mutating func head(_ index: Int) throws(ModelError) -> DraftHead {
    let prefix = "draft_heads.\(index)."
    let width = configuration.draftHeadIntermediateSize
    return DraftHead(
      gateUp: try gateUp(prefix, width),
      down: try packed([prefix + "down_proj.weight"], [[configuration.hiddenSize, width]]))
  }

  /// A norm's weights, f32 `[hidden]`.
  mutating func vector(_ name: String) throws(ModelError) -> Tensor<Float> {
    let floats = try tensor(name, [configuration.hiddenSize]).floats()
    let vector: Tensor<Float> = try onBackend { () throws(BackendError) in
      try backend.makeTensor(floats, name)
    }
    byteCount += vector.byteCount
    return vector
  }

  private mutating func gateUp(_ prefix: String, _ width: Int) throws(ModelError) -> PackedWeights {
    let shape = [width, configuration.hiddenSize]
    return try packed([prefix + "gate_proj.weight", prefix + "up_proj.weight"], [shape, shape])
  }

  /// Matrices of one input as one packed matrix, the first on top.
  private mutating func packed(_ names: [String], _ shapes: [[Int]]) throws(ModelError) -> PackedWeights {
    var matrices: [HostMatrix] = []
    for (name, shape) in zip(names, shapes) { matrices.append(try matrix(name, shape)) }
    let matrix = HostMatrix.stacked(matrices)
    if case .f32 = matrix.values { widened += names.count }
    let weights = try onBackend { () throws(BackendError) in
      try backend.makeWeights(
        matrix.values, outputs: matrix.rows, inputs: matrix.columns, names.joined(separator: " + "))
    }
    cleaned += weights.cleaned
    byteCount += weights.words.byteCount
    return weights
  }

  private func matrix(_ name: String, _ shape: [Int]) throws(ModelError) -> HostMatrix {
    let source = try tensor(name, shape)
    let values: HostWeights =
      switch source.dataType {
      case .float16: .f16(source.sixteenBits())
      case .bfloat16: .bf16(source.sixteenBits())
      default: .f32(source.floats())
      }
    return HostMatrix(values: values, rows: shape[0], columns: shape[1])
  }

  private func tensor(_ name: String, _ shape: [Int]) throws(ModelError) -> CheckpointTensor {
    try onCheckpoint { () throws(CheckpointError) in try checkpoint.tensor(name, shape: shape) }
  }
}

private func onCheckpoint<T>(_ body: () throws(CheckpointError) -> T) throws(ModelError) -> T {
  do { return try body() } catch { throw .checkpoint(error) }
}

private func onBackend<T>(_ body: () throws(BackendError) -> T) throws(ModelError) -> T {
  do { return try body() } catch { throw .backend(error) }
}
