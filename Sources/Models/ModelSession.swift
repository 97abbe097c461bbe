import Kernels
import ShaderInterface

/// One sequence's memory on the backend: activations, keys and values, and the recorded passes over them.
///
/// A session holds no lengths: those stand in the sequence's state, which kernels read.
public final class ModelSession {
  /// Whose layers run.
  public let model: Model
  /// Rows one pass may have.
  public let maximumRows: Int
  /// Positions that fit: committed slots plus the rows in flight.
  public let slots: Int
  /// Final normed hidden rows of the last pass, f32 `[maximumRows][hidden]`.
  public let hidden: Tensor<Float>
  /// f32 `[logitRows][vocabulary]`
  public let logits: Tensor<Float>
  /// f32 `[draft heads][vocabulary]`, nil without heads
  public let headLogits: Tensor<Float>?
  /// One a layer.
  public let caches: [KeyValueCache]

  let buffers: ActivationBuffers
  let headBuffers: HeadBuffers?
  let rotaryTable: Tensor<Float>  // [slots][headSize / 2][2]

  /// - Parameters:
  ///   - maximumRows: rows of the widest pass, at most 1,024.
  ///   - slots: on llvmpipe at most some 40,000, see `treeAttention`; other drivers have no such limit.
  ///   - logitRows: rows of the widest pass that asks for logits; 0 for none.
  public init(model: Model, maximumRows: Int, slots: Int, logitRows: Int) throws(BackendError) {
    guard (1...Int(MAXIMUM_NODES)).contains(maximumRows), (0...maximumRows).contains(logitRows), slots >= 1
    else {
      throw .invalidCall(
        kernel: "ModelSession",
        reason: "\(maximumRows) rows, \(logitRows) of them with logits, \(slots) slots; "
          + "1 to \(MAXIMUM_NODES) rows and at least 1 slot are possible")
    }
    let shape = model.configuration
    let backend = model.backend
    self.model = model
    self.maximumRows = maximumRows
    self.slots = slots
    hidden = try backend.makeTensor(maximumRows * shape.hiddenSize, "hidden rows")
    logits = try backend.makeTensor(max(1, logitRows * shape.vocabularySize), "logits")
    buffers = try ActivationBuffers(backend: backend, shape: shape, rows: maximumRows)
    var caches: [KeyValueCache] = []
    for layer in model.layers.indices {
      caches.append(
        try KeyValueCache(
          backend: backend, slots: slots, keyColumns: shape.keyValueHeadCount * shape.headSize,
          label: "layer \(layer)"))
    }
    self.caches = caches
    rotaryTable = try backend.makeTensor(Self.rotaryValues(shape, positions: slots), "rotary table")
    if let first = model.heads.first {
      headLogits = try backend.makeTensor(model.heads.count * shape.vocabularySize, "head logits")
      headBuffers = try HeadBuffers(
        backend: backend, hidden: shape.hiddenSize, intermediate: first.down.inputs, heads: model.heads.count)
    } else {
      headLogits = nil
      headBuffers = nil
    }
  }

  private static func rotaryValues(_ shape: ModelConfiguration, positions: Int) throws(BackendError)
    -> [Float]
  {
    do {
      return try RotaryTable.values(
        positions: positions, rotarySize: shape.headSize, base: shape.ropeTheta, scaling: shape.ropeScaling)
    } catch {
      throw .invalidCall(kernel: "ModelSession", reason: "\(error)")
    }
  }

  /// Records the compaction of every layer's cache onto the round's accepted path.
  public func compact(_ commands: any CommandList, tree: TreeBuffers) {
    for cache in caches {
      commands.compactCache(cache, result: tree.result, maximumNodes: tree.maximumNodes)
    }
  }
}

/// The rows of one pass: where their tokens, depths and visibility stand.
public struct ForwardRows {
  /// u32 `[firstRow + rows]` each
  public var tokens, depths: Tensor<UInt32>
  /// Ancestor bits `[firstRow + rows][maskWords]`; not read when `maskWords` is 0 (causal).
  public var mask: Tensor<UInt32>
  /// Words of a row's ancestor bits; 0 is causal.
  public var maskWords: Int
  /// u32 `[STATE_WORDS]`, of the sequence.
  public var state: Tensor<UInt32>
  /// In-flight rows `firstRow ..< firstRow + rows`; the ones before were passed earlier in the round.
  public var firstRow, rows: Int

  /// Memory of the caller's.
  public init(
    tokens: Tensor<UInt32>, depths: Tensor<UInt32>, mask: Tensor<UInt32>, maskWords: Int,
    state: Tensor<UInt32>, firstRow: Int = 0, rows: Int
  ) {
    self.tokens = tokens
    self.depths = depths
    self.mask = mask
    self.maskWords = maskWords
    self.state = state
    self.firstRow = firstRow
    self.rows = rows
  }

  /// All or some nodes of a tree.
  public init(_ tree: TreeBuffers, _ nodes: Range<Int>) {
    self.init(
      tokens: tree.tokens, depths: tree.depths, mask: tree.mask, maskWords: tree.maskWords, state: tree.state,
      firstRow: nodes.lowerBound, rows: nodes.count)
  }
}
