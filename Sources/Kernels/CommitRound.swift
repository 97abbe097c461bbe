import ShaderInterface

extension CommandList {
  /// Appends the accepted tokens and the bonus token to the history and moves the state past them.
  ///
  /// A round with a status changes only the status of its state. Exact: whole words move.
  /// - Parameters:
  ///   - tree: reads `result`; writes `state` and the root's token, for the next round.
  ///   - history: u32 `[sequences][historyCapacity]`; what lies beyond it is left out.
  ///   - historyCapacity: nil for all of the history; needed where the tree has more sequences than take part.
  public func commitRound(
    tree: TreeBuffers, history: Tensor<UInt32>, historyCapacity: Int? = nil, sequences: Int = 1
  ) {
    call(.commitRound) { kernel throws(Refusal) in
      try tree.check(\.tokens, sequences: sequences)
      let capacity = try wordsPerSequence(
        history, "history", given: historyCapacity, sequences: sequences, state: tree.state)
      let p = ShaderInterface.CommitRound(
        maximumNodes: UInt32(tree.maximumNodes), historyCapacity: UInt32(capacity),
        sequences: UInt32(sequences), capacity: UInt32(tree.tokens.count))
      return Invocation(
        kernel, p,
        [.read(tree.result), .readWrite(tree.state), .readWrite(tree.tokens), .readWrite(history)],
        groups: (sequences, 1))
    }
  }
}
