import ShaderInterface

extension CommandList {
  /// Moves the slots of each sequence's accepted path to follow its prefix; the rounds' results say which. Exact: whole
  /// slots are copied.
  ///
  /// - Parameters:
  ///   - result: u32 `[sequences][RESULT_PATH + RESULT_ARRAYS * maximumNodes]`, as the verifiers write it.
  ///   - maximumNodes: of the tree that the verifier took; the results lie as far apart as it says.
  ///   - sequences: more than one need pages.
  public func compactCache(
    _ cache: KeyValueCache, result: Tensor<UInt32>, maximumNodes: Int, sequences: Int = 1
  ) {
    call(.compactCache) { kernel throws(Refusal) in
      try requireSizes(sequences)
      try require(sequences >= 1, "\(sequences) sequences")
      try cache.check(sequences: sequences)
      try requireSizes(maximumNodes)
      try require(maximumNodes >= 1, "a tree of \(maximumNodes) nodes")
      try require(result, sequences * TreeBuffers.resultWords(maximumNodes: maximumNodes), "result")
      let p = ShaderInterface.CompactCache(
        rowWords: U32(cache.rowWords), slots: U32(cache.slots), maximumNodes: U32(maximumNodes),
        sequences: U32(sequences), pageSize: cache.pageSize, pagesPerSequence: cache.pagesPerSequence)
      return Invocation(
        kernel, p,
        [
          .read(result), .read(cache.pages(or: result)), .readWrite(cache.keys), .readWrite(cache.values),
        ],
        groups: Invocation.elementGroups(sequences * cache.rowWords))
    }
  }
}
