import ShaderInterface

extension CommandList {
  /// Moves the slots of each sequence's accepted path to follow its prefix; the rounds' results say which.
  ///
  /// - Parameters:
  ///   - result: u32 `[sequences][RESULT_PATH + 2 * maximumNodes]`, as the verifiers write it.
  ///   - sequences: more than one need pages.
  public func compactCache(_ cache: KeyValueCache, result: Tensor<UInt32>, sequences: Int = 1) {
    let maximumNodes = (result.count / sequences - Int(RESULT_PATH)) / 2
    require(
      maximumNodes > 0 && result.count == sequences * (Int(RESULT_PATH) + 2 * maximumNodes), "compactCache",
      "\(result.count) words of results for \(sequences) sequences")
    cache.check(sequences: U32(sequences), "compactCache")
    let p = ShaderInterface.CompactCache(
      rowWords: U32(cache.rowWords), slots: U32(cache.slots), maximumNodes: U32(maximumNodes),
      sequences: U32(sequences), pageSize: cache.pageSize, pagesPerSequence: cache.pagesPerSequence)
    dispatch(
      Invocation(
        .compactCache, p, [.read(result), .read(cache.pages(or: result)), .readWrite(cache.words)],
        groups: Invocation.elementGroups(2 * sequences * cache.rowWords)))
  }
}
