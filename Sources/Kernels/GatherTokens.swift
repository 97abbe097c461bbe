import ShaderInterface

extension CommandList {
  /// Fills tree nodes from candidate lists: `tokens[first + i] = candidates[source[i]]`.
  public func gatherTokens(
    _ candidates: Tensor<UInt32>, source: Tensor<UInt32>, tokens: Tensor<UInt32>, first: Int, count: Int
  ) {
    require(source, count, "gatherTokens", "source")
    require(tokens, first + count, "gatherTokens", "tokens")
    let p = ShaderInterface.GatherTokens(first: UInt32(first), count: UInt32(count))
    dispatch(
      Invocation(
        .gatherTokens, p, [.read(candidates), .read(source), .readWrite(tokens)],
        groups: Invocation.elementGroups(count)))
  }
}
