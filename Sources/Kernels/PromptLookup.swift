import ShaderInterface

extension CommandList {
  /// Proposes what followed the earliest occurrence of the longest suffix n-gram of the history (prompt-lookup decoding).
  ///
  /// Writes the root and the proposal as a chain into `tree.tokens`, and the node count into the state.
  public func promptLookup(
    history: Tensor<UInt32>, tree: TreeBuffers, minimum: Int, maximum: Int, count: Int
  ) {
    call(.promptLookup) { kernel throws(Refusal) in
      try requireSizes(minimum, maximum, count)
      try require(
        minimum >= 1 && minimum <= maximum && count >= 1 && count < tree.maximumNodes,
        "n-grams of \(minimum) to \(maximum), \(count) tokens into \(tree.maximumNodes) nodes")
      try tree.check(\.tokens, usesResult: false)
      try requireCount(history.count)
      let p = ShaderInterface.PromptLookup(
        minimum: UInt32(minimum), maximum: UInt32(maximum), count: UInt32(count))
      return Invocation(
        kernel, p, [.read(history), .readWrite(tree.state), .readWrite(tree.tokens)], groups: (1, 1))
    }
  }
}
