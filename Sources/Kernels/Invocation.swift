/// How a kernel uses an operand; recorders place barriers from this.
public enum Access: Sendable {
  /// What the kernel does with the bytes of the operand.
  case read, write, readWrite
}

/// One kernel operand: a byte range of storage at the binding given by its index.
public struct Operand: Sendable {
  /// Whether the kernel reads or writes it.
  public let access: Access
  /// Where its bytes lie.
  public let storage: Storage
  /// Of its first byte, a multiple of ``tensorAlignment``.
  public let byteOffset: Int
  /// Its length, above 0.
  public let byteCount: Int
  /// Whether it stands for one that the call does not have.
  let isStandIn: Bool

  var byteRange: Range<Int> { byteOffset..<byteOffset + byteCount }

  /// All of `tensor`, only read.
  public static func read<T>(_ tensor: Tensor<T>) -> Operand { Operand(.read, tensor) }
  /// All of `tensor`, only written.
  public static func write<T>(_ tensor: Tensor<T>) -> Operand { Operand(.write, tensor) }
  /// All of `tensor`, read and written.
  public static func readWrite<T>(_ tensor: Tensor<T>) -> Operand { Operand(.readWrite, tensor) }

  /// Where a shader would write what the call does not ask for: bound to what it writes anyway, so that nothing waits for
  /// it, and left alone.
  static func standIn<T>(_ written: Tensor<T>) -> Operand { Operand(.write, written, isStandIn: true) }

  private init<T>(_ access: Access, _ tensor: Tensor<T>, isStandIn: Bool = false) {
    self.access = access
    self.isStandIn = isStandIn
    self.storage = tensor.storage
    self.byteOffset = tensor.byteOffset
    self.byteCount = tensor.byteCount
  }
}

/// One call of one kernel: everything a backend needs to run it.
public struct Invocation: Sendable {
  /// Which kernel; the raw value is the stem of its shader, reference and tests.
  public let kernel: Kernel
  /// What the backend chooses the shader's specialization constants from.
  public let specialization: [UInt32]
  /// The kernel's parameter struct, byte for byte.
  public let constants: [UInt8]
  /// In the order of the shader's bindings.
  public let operands: [Operand]
  /// Work groups in x and y.
  public let groups: (x: Int, y: Int)

  /// `parameters` is copied byte for byte; operands stand in binding order.
  init<Parameters: BitwiseCopyable>(
    _ kernel: Kernel, _ parameters: Parameters, _ operands: [Operand], groups: (x: Int, y: Int),
    specialization: [UInt32] = []
  ) {
    self.kernel = kernel
    self.specialization = specialization
    self.constants = bytes(of: parameters)
    self.operands = operands
    self.groups = groups
  }

  /// The kernel's parameter struct.
  func parameters<Parameters: BitwiseCopyable>() -> Parameters {
    precondition(constants.count == MemoryLayout<Parameters>.size, "\(kernel): wrong parameter struct")
    return constants.withUnsafeBytes { $0.loadUnaligned(as: Parameters.self) }
  }

  /// Groups of 64 invocations for `count` elements, folded into two dimensions beyond Vulkan's 65,535.
  static func elementGroups(_ count: Int) -> (x: Int, y: Int) {
    let groups = (count + 63) / 64
    guard groups > 0 else { return (0, 0) }
    let y = (groups + 65_534) / 65_535
    return (x: (groups + y - 1) / y, y: y)
  }
}

/// A parameter struct as a shader gets it.
func bytes<Parameters: BitwiseCopyable>(of parameters: Parameters) -> [UInt8] {
  withUnsafeBytes(of: parameters) { Array($0) }
}

/// Every kernel of the library, by stem.
public enum Kernel: String, CaseIterable, Sendable {
  /// Row kernels.
  case embeddingGather, embeddingMix, embeddingMixF32, rmsNorm, layerNorm, swiglu, geglu, gegluErf, gelu,
    geluErf, softplus, residualAdd, scaledAdd, scaleColumns
  /// Row kernels that round, turn or choose rows.
  case roundActivations, rotary, gatherRow, gatherColumns, gatherRows, scatterRows
  /// `matmul` by weight format, and what prepares its operands.
  case matmulF32, matmulF16, matmulBf16, matmulQ8, matmulQ4, sortChoices
  /// `matmul` of rows of signed bytes, and what makes these.
  case quantizeRows, quantizeBlocks, matmulInt8, matmulQ8Int8, matmulQ4Int8
  /// Attention and its cache.
  case keyValueAppend, rotaryAppend, treeAttention, attentionSpans, attentionMerge, compactCache
  /// From logits to distributions, and draws from these.
  case argmax, topTokens, warpRows, distribution, drawTarget, drawChildren
  /// Further draws, and what changes distributions.
  case drawLogits, drawGumbel, drawShared, combineDistributions, suppressTokens, groupSums
  /// Floats of rows of logits.
  case rowStatistics, softmax, tokenLogProbability, divergence, penalties, mixLogits
  /// Drafts that cost no model, verification, and the end of a round.
  case promptLookup, gatherTokens, verifyMatch, verifySiblings, selectPath, verifyTraversal, lossyAccept,
    clusterAccept, verifyAccepted, verifyLossy, commitRound, advanceState
  /// Building trees.
  case treeLayout, conditionKeys, growTree, selectTree, mergePaths
  /// Recurrence along trees, and its state.
  case treeScan, treeConvolution, gatherState, gatherTail
  /// Pages.
  case allocatePages, releasePages, forkPages, copyPages

  /// How many of the first operands the result may replace: each of its elements is written after the last read of
  /// theirs.
  var replaceableOperands: Int {
    switch self {
    case .residualAdd, .scaledAdd: 2
    case .gelu, .geluErf, .roundActivations, .mixLogits, .softmax, .rmsNorm, .layerNorm, .scaleColumns: 1
    default: 0
    }
  }
}
