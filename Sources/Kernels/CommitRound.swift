import ShaderInterface

extension CommandList {
  /// Appends the accepted tokens and the bonus token to the history and moves the state past them.
  public func commitRound(tree: TreeBuffers, history: Tensor<UInt32>) {
    call(.commitRound) { kernel throws(Refusal) in
      try tree.check(\.tokens)
      try requireCount(history.count)
      let p = ShaderInterface.CommitRound(
        maximumNodes: UInt32(tree.maximumNodes), historyCapacity: UInt32(history.count))
      return Invocation(
        kernel, p,
        [.read(tree.result), .readWrite(tree.state), .readWrite(tree.tokens), .readWrite(history)],
        groups: (1, 1))
    }
  }
}
