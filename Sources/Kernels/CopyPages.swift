import ShaderInterface

extension CommandList {
  /// Copies the pages that `allocatePages` parted, in one layer's cache; the cache's slots are the pool's.
  ///
  /// Exact: words of pages `[pageSize][rowWords]` are copied, of keys and of values.
  public func copyPages(_ pool: PagePool, cache: KeyValueCache) {
    call(.copyPages) { kernel throws(Refusal) in
      try cache.check()
      try requireSizes(pool.pages, pool.pageSize, pool.sequences)
      try require(
        pool.pages >= 1 && pool.pageSize >= 1 && pool.pages * pool.pageSize <= cache.slots,
        "\(pool.pages) pages of \(pool.pageSize) slots in a cache of \(cache.slots)")
      try require(pool.copies, 2 * pool.sequences, "page copies")
      let pageWords = pool.pageSize * cache.rowWords
      let p = ShaderInterface.CopyPages(
        sequences: UInt32(pool.sequences), pages: UInt32(pool.pages), pageWords: UInt32(pageWords))
      return Invocation(
        kernel, p, [.read(pool.copies), .readWrite(cache.keys), .readWrite(cache.values)],
        groups: ((pageWords + 63) / 64, pool.sequences))
    }
  }
}
