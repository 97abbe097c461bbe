import Foundation
import Kernels

/// A Llama-style model whose weights stand in a backend's memory; any number of sessions share it.
public final class Model: Sendable {
  /// Sizes and settings of the checkpoint.
  public let configuration: ModelConfiguration
  /// Where its weights lie and its sessions run.
  public let backend: any Backend
  /// Bytes of the weights on the backend.
  public let byteCount: Int
  /// What loading changed, for people: conversions and cleaned weights.
  public let notes: [String]

  let embedding: Tensor<HalfPair>  // [vocabulary][hidden]
  let layers: [ModelLayer]
  let finalNorm: Tensor<Float>  // [hidden]
  let outputHead: PackedWeights  // [vocabulary][hidden]
  let heads: [DraftHead]

  /// Blockwise prediction heads of the checkpoint.
  public var draftHeadCount: Int { heads.count }

  /// Significant bits of the final hidden rows, which feed the output head and the draft heads: the fewest one of them
  /// takes.
  var hiddenBits: UInt32 {
    heads.map(\.gateUp.format.activationBits).reduce(outputHead.format.activationBits, min)
  }

  /// Reads, converts and packs every weight of `checkpoint`.
  ///
  /// f16, bf16 and f32 matrices stay what they are. The embedding table is f16 on the backend, rounded to nearest even
  /// if the checkpoint's is wider; a tied output head keeps the checkpoint's own numbers.
  public init(checkpoint: Checkpoint, backend: any Backend) throws(ModelError) {
    do { try checkpoint.validate() } catch { throw .checkpoint(error) }
    configuration = checkpoint.configuration
    guard configuration.hiddenSize % 2 == 0 else { throw .oddHiddenSize(configuration.hiddenSize) }
    self.backend = backend
    var loader = WeightLoader(checkpoint: checkpoint, backend: backend)
    (embedding, outputHead) = try loader.embeddingAndHead()
    var layers: [ModelLayer] = []
    for index in 0..<configuration.layerCount { layers.append(try loader.layer(index)) }
    self.layers = layers
    finalNorm = try loader.vector("model.norm.weight")
    var heads: [DraftHead] = []
    for index in 0..<configuration.draftHeadCount { heads.append(try loader.head(index)) }
    self.heads = heads
    byteCount = loader.byteCount
    notes = loader.notes
  }

  /// Opens a directory of `config.json` and safetensors files.
  public convenience init(directory: URL, backend: any Backend) throws(ModelError) {
    let checkpoint: Checkpoint
    do { checkpoint = try Checkpoint(directory: directory.path) } catch { throw .checkpoint(error) }
    try self.init(checkpoint: checkpoint, backend: backend)
  }
}

extension ModelConfiguration {
  /// 1 / sqrt(headSize), rounded once from Double.
  var attentionScale: Float { Float(1 / Double(headSize).squareRoot()) }
}
