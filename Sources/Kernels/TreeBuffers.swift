import ShaderInterface

/// The device side of one sequence, or of a batch: states and the token trees in flight.
///
/// In a batch, sequence s owns the nodes from word `STATE_FIRST_NODE` of its state on in the packed node arrays;
/// parents and paths count from its root.
public struct TreeBuffers: Sendable {
  /// u32 `[sequences][STATE_WORDS]`
  public let state: Tensor<UInt32>
  /// u32 `[capacity]` each, the nodes of all sequences
  public let tokens, parents, depths: Tensor<UInt32>
  /// Ancestor bits, u32 `[capacity][maskWords]`
  public let mask: Tensor<UInt32>
  /// The small read-back, `resultWords` a sequence
  public let result: Tensor<UInt32>
  /// Of one sequence
  public let maximumNodes: Int
  /// Words of a node's ancestor bits, `maximumNodes` / 32 rounded up.
  public let maskWords: Int

  /// Memory for `sequences` trees of at most `maximumNodes` nodes each, 1 to 1,024.
  public init(backend: any Backend, maximumNodes: Int, sequences: Int = 1) throws(BackendError) {
    guard (1...Int(MAXIMUM_NODES)).contains(maximumNodes), (1...65_535).contains(sequences) else {
      throw .invalidCall(
        kernel: "TreeBuffers",
        reason:
          "\(sequences) trees of \(maximumNodes) nodes; 1 to 65535 of 1 to \(MAXIMUM_NODES) are possible")
    }
    let capacity = sequences * maximumNodes
    self.maximumNodes = maximumNodes
    maskWords = (maximumNodes + 31) / 32
    state = try backend.makeTensor(sequences * Int(STATE_WORDS), "sequence state")
    tokens = try backend.makeTensor(capacity, "tree tokens")
    parents = try backend.makeTensor(capacity, "tree parents")
    depths = try backend.makeTensor(capacity, "tree depths")
    mask = try backend.makeTensor(capacity * maskWords, "tree mask")
    result = try backend.makeTensor(
      sequences * Self.resultWords(maximumNodes: maximumNodes), use: .readback, "round result")
  }

  /// Words of one sequence's result: status and counts, then path, accepted tokens and tried nodes by depth.
  /// `Int.max`, which no memory has, below 0 nodes and for counts beyond `Int`.
  public static func resultWords(maximumNodes: Int) -> Int {
    SizeArithmetic.sum(Int(RESULT_PATH), SizeArithmetic.product(Int(RESULT_ARRAYS), maximumNodes))
  }

  /// The node arrays that a kernel uses, and the result if it does, hold `maximumNodes` nodes, the others `sequences`.
  func check(
    _ nodeArrays: KeyPath<TreeBuffers, Tensor<UInt32>>..., usesResult: Bool = true, sequences: Int = 1
  ) throws(Refusal) {
    try requireSizes(sequences)
    try require(sequences >= 1, "\(sequences) sequences")
    try require(
      (1...Int(MAXIMUM_NODES)).contains(maximumNodes),
      "a tree of \(maximumNodes) nodes, 1 to \(MAXIMUM_NODES) are possible")
    try require(state, sequences * Int(STATE_WORDS), "state")
    for array in nodeArrays { try require(self[keyPath: array], maximumNodes, "a node array of the tree") }
    if usesResult {
      try require(result, sequences * Self.resultWords(maximumNodes: maximumNodes), "result")
    }
  }

  /// A tree in memory of the caller's; `mask` may be any tensor for kernels that do not read it.
  public init(
    state: Tensor<UInt32>, tokens: Tensor<UInt32>, parents: Tensor<UInt32>, depths: Tensor<UInt32>,
    mask: Tensor<UInt32>, result: Tensor<UInt32>, maximumNodes: Int
  ) {
    self.state = state
    self.tokens = tokens
    self.parents = parents
    self.depths = depths
    self.mask = mask
    self.result = result
    self.maximumNodes = maximumNodes
    maskWords = maximumNodes / 32 + (maximumNodes % 32 == 0 ? 0 : 1)
  }
}
