import ShaderInterface

extension CommandList {
  /// Copies the pages that `allocatePages` parted, in one layer's cache; the cache's slots are the pool's.
  public func copyPages(_ pool: PagePool, cache: KeyValueCache) {
    call(.copyPages) { kernel throws(Refusal) in
      try cache.check()
      try requireSizes(pool.pages, pool.pageSize, pool.sequences)
      try require(
        pool.pages >= 1 && pool.pageSize >= 1 && pool.pages * pool.pageSize <= cache.slots,
        "\(pool.pages) pages of \(pool.pageSize) slots in a cache of \(cache.slots)")
      try require(pool.copies, 2 * pool.sequences, "page copies")
      let rowWords = cache.rowWords
      let p = ShaderInterface.CopyPages(
        sequences: UInt32(pool.sequences), pages: UInt32(pool.pages),
        pageWords: UInt32(pool.pageSize * rowWords), planes: 2, planeWords: UInt32(cache.slots * rowWords))
      return Invocation(
        kernel, p, [.read(pool.copies), .readWrite(cache.words)],
        groups: ((2 * pool.pageSize * rowWords + 63) / 64, pool.sequences))
    }
  }
}
