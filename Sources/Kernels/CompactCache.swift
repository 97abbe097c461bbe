import ShaderInterface

extension CommandList {
  /// Moves the slots of the accepted path to follow the prefix; the round's result says which.
  public func compactCache(_ cache: KeyValueCache, result: Tensor<UInt32>) {
    let rowWords = cache.keyColumns / 2
    let p = ShaderInterface.CompactCache(rowWords: UInt32(rowWords), slots: UInt32(cache.slots), planes: 2)
    dispatch(
      Invocation(
        .compactCache, p, [.read(result), .readWrite(cache.words)],
        groups: Invocation.elementGroups(rowWords * 2)))
  }
}
