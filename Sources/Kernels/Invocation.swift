/// How a kernel uses an operand; recorders place barriers from this.
public enum Access: Sendable {
  case read, write, readWrite
}

/// One kernel operand: a byte range of storage at the binding given by its index.
public struct Operand: Sendable {
  public let access: Access
  public let storage: Storage
  public let byteOffset: Int
  public let byteCount: Int

  var byteRange: Range<Int> { byteOffset..<byteOffset + byteCount }

  public static func read<T>(_ tensor: Tensor<T>) -> Operand { Operand(.read, tensor) }
  public static func write<T>(_ tensor: Tensor<T>) -> Operand { Operand(.write, tensor) }
  public static func readWrite<T>(_ tensor: Tensor<T>) -> Operand { Operand(.readWrite, tensor) }

  private init<T>(_ access: Access, _ tensor: Tensor<T>) {
    self.access = access
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

  init<Parameters: BitwiseCopyable>(
    _ kernel: Kernel, _ parameters: Parameters, _ operands: [Operand], groups: (x: Int, y: Int),
    specialization: [UInt32] = []
  ) {
    self.kernel = kernel
    self.specialization = specialization
    self.constants = withUnsafeBytes(of: parameters) { Array($0) }
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

/// Every kernel of the library, by stem.
public enum Kernel: String, CaseIterable, Sendable {
  case embeddingGather, embeddingMix, rmsNorm, layerNorm, swiglu, geglu, gelu, residualAdd, scaledAdd
  case roundActivations, rotary, gatherRow
  case matmulF32, matmulF16, matmulBf16, matmulQ8, matmulQ4, quantizeRows, matmulInt8, sortChoices
  case keyValueAppend, rotaryAppend, treeAttention, attentionChunks, attentionMerge, compactCache
  case argmax, topTokens, distribution, drawTarget, drawChildren
  case drawLogits, drawGumbel, drawShared, combineDistributions, suppressTokens, groupSums
  case rowStatistics, tokenLogProbability, divergence, penalties, mixLogits
  case promptLookup, gatherTokens, verifyMatch, verifySiblings, verifyTraversal, lossyAccept, clusterAccept,
    verifyAccepted, commitRound, advanceState
  case treeLayout, growTree, selectTree, mergePaths
  case treeScan, treeConvolution, gatherState, gatherTail
  case allocatePages, releasePages, forkPages, copyPages, gatherSequences

  /// How many of the first operands the result may replace: each of its elements is written after the last read of theirs.
  var replaceableOperands: Int {
    switch self {
    case .residualAdd, .scaledAdd: 2
    case .gelu, .roundActivations, .mixLogits, .rmsNorm, .layerNorm: 1
    default: 0
    }
  }
}
