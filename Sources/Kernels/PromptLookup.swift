import ShaderInterface

extension CommandList {
  /// Proposes what followed the earliest occurrence of the longest suffix n-gram of the history (prompt-lookup
  /// decoding, Saxena, 2023). Exact.
  ///
  /// Writes the root and the proposal as a chain into `tree.tokens`, and the node count into the state.
  /// - Parameters:
  ///   - history: u32 `[sequences][historyCapacity]`, of each its committed tokens up to `STATE_LENGTH`, the root's
  ///     token last.
  ///   - historyCapacity: nil for all of the history; needed where the tree has more sequences than take part.
  ///   - minimum: length of the shortest n-gram that is tried.
  ///   - maximum: of the longest, which is tried first.
  ///   - count: tokens proposed at most. In a batch a sequence without room for them gets `STATUS_MALFORMED_TREE`.
  public func promptLookup(
    history: Tensor<UInt32>, historyCapacity: Int? = nil, tree: TreeBuffers, minimum: Int, maximum: Int,
    count: Int, sequences: Int = 1
  ) {
    call(.promptLookup) { kernel throws(Refusal) in
      try requireSizes(minimum, maximum, count)
      try require(
        minimum >= 1 && minimum <= maximum && count >= 1 && count < tree.maximumNodes,
        "n-grams of \(minimum) to \(maximum), \(count) tokens into \(tree.maximumNodes) nodes")
      try tree.check(\.tokens, usesResult: false, sequences: sequences)
      let capacity = try wordsPerSequence(
        history, "history", given: historyCapacity, sequences: sequences, state: tree.state)
      let p = ShaderInterface.PromptLookup(
        minimum: UInt32(minimum), maximum: UInt32(maximum), count: UInt32(count),
        sequences: UInt32(sequences), historyCapacity: UInt32(capacity),
        capacity: UInt32(tree.tokens.count))
      return Invocation(
        kernel, p, [.read(history), .readWrite(tree.state), .readWrite(tree.tokens)], groups: (sequences, 1))
    }
  }
}
