import ShaderInterface

/// The device side of one sequence: its state and the token tree in flight.
public struct TreeBuffers: Sendable {
  /// u32 `[STATE_WORDS]`
  public let state: Tensor<UInt32>
  /// u32 `[maximumNodes]` each
  public let tokens, parents, depths: Tensor<UInt32>
  /// Ancestor bits, u32 `[maximumNodes][maskWords]`
  public let mask: Tensor<UInt32>
  /// The small read-back, `RESULT_PATH + 2 * maximumNodes` words
  public let result: Tensor<UInt32>
  public let maximumNodes: Int
  public let maskWords: Int

  public init(backend: any Backend, maximumNodes: Int) throws(BackendError) {
    guard (1...Int(MAXIMUM_NODES)).contains(maximumNodes) else {
      throw .invalidCall(
        kernel: "TreeBuffers", reason: "\(maximumNodes) nodes, 1 to \(MAXIMUM_NODES) are possible")
    }
    self.maximumNodes = maximumNodes
    maskWords = (maximumNodes + 31) / 32
    state = try backend.makeTensor(Int(STATE_WORDS), "sequence state")
    tokens = try backend.makeTensor(maximumNodes, "tree tokens")
    parents = try backend.makeTensor(maximumNodes, "tree parents")
    depths = try backend.makeTensor(maximumNodes, "tree depths")
    mask = try backend.makeTensor(maximumNodes * maskWords, "tree mask")
    result = try backend.makeTensor(Int(RESULT_PATH) + 2 * maximumNodes, use: .readback, "round result")
  }

  /// The node arrays that a kernel uses, and the result if it does, hold `maximumNodes` nodes.
  func check(_ nodeArrays: KeyPath<TreeBuffers, Tensor<UInt32>>..., usesResult: Bool = true) throws(Refusal) {
    try require(
      (1...Int(MAXIMUM_NODES)).contains(maximumNodes),
      "a tree of \(maximumNodes) nodes, 1 to \(MAXIMUM_NODES) are possible")
    try requireState(state)
    for array in nodeArrays { try require(self[keyPath: array], maximumNodes, "a node array of the tree") }
    if usesResult { try require(result, Int(RESULT_PATH) + 2 * maximumNodes, "result") }
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
