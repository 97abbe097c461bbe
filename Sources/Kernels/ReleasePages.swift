import ShaderInterface

extension CommandList {
  /// Gives back the pages beyond each sequence's committed length: a rollback, or the end of a round. Exact.
  ///
  /// - Parameters:
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - keep: keeps no more than so many slots; 0 evicts.
  public func releasePages(_ pool: PagePool, state: Tensor<UInt32>, keep: Int? = nil) {
    call(.releasePages) { kernel throws(Refusal) in
      try pool.check(state: state)
      if let keep { try requireSizes(keep) }
      let p = ShaderInterface.ReleasePages(
        sequences: UInt32(pool.sequences), pages: UInt32(pool.pages),
        pagesPerSequence: UInt32(pool.pagesPerSequence), pageSize: UInt32(pool.pageSize),
        keep: keep.map { UInt32($0) } ?? .max)
      return Invocation(
        kernel, p, [.read(state), .readWrite(pool.table), .readWrite(pool.counts)],
        groups: Invocation.elementGroups(pool.sequences * pool.pagesPerSequence))
    }
  }
}
