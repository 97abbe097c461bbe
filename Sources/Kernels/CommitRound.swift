import ShaderInterface

extension CommandList {
  /// Appends the accepted tokens and the bonus token to the history and moves the state past them.
  public func commitRound(tree: TreeBuffers, history: Tensor<UInt32>) {
    let p = ShaderInterface.CommitRound(
      maximumNodes: UInt32(tree.maximumNodes), historyCapacity: UInt32(history.count))
    dispatch(
      Invocation(
        .commitRound, p,
        [.read(tree.result), .readWrite(tree.state), .readWrite(tree.tokens), .readWrite(history)],
        groups: (1, 1)))
  }
}
