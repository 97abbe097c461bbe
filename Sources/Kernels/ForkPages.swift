import ShaderInterface

extension CommandList {
  /// Tables of a batch whose sequence s goes on from sequence `sources[s]`: fork, beam reorder, eviction in one gather.
  ///
  /// Exact. Pages of committed slots are shared (Kwon et al., 2023); `allocatePages` parts them when one of the sharers
  /// is about to write. States, histories and recurrent states follow by `gatherRows`, after this call, which
  /// reads the sources' lengths.
  /// - Parameters:
  ///   - sources: u32 `[sequences]`; a sequence whose source is not below `sequences` ends up without pages.
  ///   - state: u32 `[sequences][STATE_WORDS]`, of the sources.
  ///   - table: the new table, of the pool's shape, to be copied to the pool's.
  public func forkPages(
    _ pool: PagePool, sources: Tensor<UInt32>, state: Tensor<UInt32>, into table: Tensor<UInt32>
  ) {
    call(.forkPages) { kernel throws(Refusal) in
      try pool.check(state: state)
      try require(sources, pool.sequences, "sources")
      try require(table, pool.sequences * pool.pagesPerSequence, "table")
      let p = ShaderInterface.ForkPages(
        sequences: UInt32(pool.sequences), pages: UInt32(pool.pages),
        pagesPerSequence: UInt32(pool.pagesPerSequence), pageSize: UInt32(pool.pageSize))
      return Invocation(
        kernel, p,
        [.read(sources), .read(state), .read(pool.table), .write(table), .readWrite(pool.counts)],
        groups: Invocation.elementGroups(pool.sequences * pool.pagesPerSequence))
    }
  }
}
