import ShaderInterface

extension CommandList {
  /// Moves the slots of the accepted path to follow the prefix; the round's result says which.
  public func compactCache(_ cache: KeyValueCache, result: Tensor<UInt32>) {
    call(.compactCache) { kernel throws(Refusal) in
      try cache.check()
      try require(result, Int(RESULT_PATH) + 2, "result")
      let rowWords = cache.keyColumns / 2
      let p = ShaderInterface.CompactCache(rowWords: UInt32(rowWords), slots: UInt32(cache.slots), planes: 2)
      return Invocation(
        kernel, p, [.read(result), .readWrite(cache.words)],
        groups: Invocation.elementGroups(rowWords * 2))
    }
  }
}
