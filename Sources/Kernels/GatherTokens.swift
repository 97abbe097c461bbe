import ShaderInterface

extension CommandList {
  /// Fills tree nodes from candidate lists: `tokens[first + i] = candidates[source[i]]`.
  public func gatherTokens(
    _ candidates: Tensor<UInt32>, source: Tensor<UInt32>, tokens: Tensor<UInt32>, first: Int, count: Int
  ) {
    call(.gatherTokens) { kernel throws(Refusal) in
      try requireSizes(first, count)
      try requireCount(count)
      try require(source, count, "source")
      try require(tokens, first + count, "tokens")
      let p = ShaderInterface.GatherTokens(first: UInt32(first), count: UInt32(count))
      return Invocation(
        kernel, p, [.read(candidates), .read(source), .readWrite(tokens)],
        groups: Invocation.elementGroups(count))
    }
  }
}
