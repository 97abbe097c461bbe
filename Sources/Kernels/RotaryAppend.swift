import ShaderInterface

extension CommandList {
  /// Rotary position embedding of queries and keys, whose keys go to the cache with the values: the bits of `rotary`,
  /// then `keyValueAppend`, in one launch that writes no rotated key in between (Su et al., 2021).
  ///
  /// Errors are those of the two.
  /// - Parameters:
  ///   - projected: f32 `[rows][(heads + 2 * keyHeads) * headSize]`: query, key, value.
  ///   - table: f32 `[positions][rotarySize / 2][2]`, cosine and sine; a position outside it gives a row of zeros.
  ///   - depths: u32 `[firstRow + rows]`; position of in-flight row `firstRow + r` = state length + depth.
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - batch: whose rows they are; nil for one sequence, whose row r is in-flight row firstRow + r.
  ///   - out: f32 `[rows][(heads + keyHeads) * headSize]`, as `treeAttention` takes it: the query rounded to
  ///     `significantBits`. The key columns keep what they held.
  ///   - cache: gets keys and values in the slots after their sequence's committed ones, rounded as `keyValueAppend`
  ///     says.
  ///   - rotarySize: elements of each head that turn, the first ones, even; all of them by default. The others pass,
  ///     rounded alike.
  ///   - spreads: an invocation for each pair of the query on any device; else as many as suit it. It changes no bits.
  public func rotaryAppend(
    projected: Tensor<Float>, table: Tensor<Float>, depths: Tensor<UInt32>, state: Tensor<UInt32>,
    batch: SequenceBatch? = nil, out: Tensor<Float>, cache: KeyValueCache,
    rows: Int, firstRow: Int = 0, heads: Int, keyHeads: Int, headSize: Int,
    rotarySize: Int? = nil, pairing: RotaryPairing = .halves, significantBits: UInt32 = ACTIVATION_BITS_F16,
    spreads: Bool = false
  ) {
    call(.rotaryAppend) { kernel throws(Refusal) in
      let shape = try RotaryRows(
        rows: rows, firstRow: firstRow, heads: heads, keyHeads: keyHeads, headSize: headSize,
        turning: rotarySize ?? headSize)
      try requireSignificantBits(significantBits)
      try shape.check(
        projected: projected, table: table, depths: depths, state: state, batch: batch, out: out)
      let key = keyHeads * headSize
      try cache.check(keyHeads: keyHeads, headSize: headSize)
      try cache.check(sequences: batch.sequences)
      let p = ShaderInterface.RotaryAppend(
        rows: U32(rows), firstRow: U32(firstRow), heads: U32(heads), keyHeads: U32(keyHeads),
        headSize: U32(headSize), inputColumns: U32(shape.inputColumns), significantBits: significantBits,
        rotarySize: U32(shape.turning), pairing: pairing.code, keyColumns: U32(key), slots: U32(cache.slots),
        rowWords: U32(cache.rowWords), format: cache.format.code, sequences: U32(batch.sequences),
        pageSize: cache.pageSize, pagesPerSequence: cache.pagesPerSequence)
      return Invocation(
        kernel, p,
        [
          .read(projected), .read(table), .read(depths), .read(state), .read(batch.owners(or: state)),
          .read(cache.pages(or: state)), .write(out), .readWrite(cache.keys), .readWrite(cache.values),
        ],
        groups: Invocation.elementGroups(rows * max(cache.rowUnits, heads * headSize / 2)),
        specialization: spreads ? [cache.format.code, 1] : [cache.format.code])
    }
  }
}

extension Tuning {
  /// Pairs of a query that one invocation may turn on a CPU driver: llvmpipe counts the passes of its loops.
  private static let mostPairs = 10_000

  /// A call that leaves its layout open carries the cache's format and has an invocation a pair of the query; a CPU
  /// driver gets one a unit of keys and values.
  func rotaryAppend(_ call: Invocation, _ layout: inout Layout) {
    let p: ShaderInterface.RotaryAppend = call.parameters()
    let units = KeyValueCache.rowUnits(keyColumns: Int(p.keyColumns), format: p.format)
    guard isProcessor && Int(p.heads) * Int(p.headSize) / 2 <= units * Self.mostPairs else { return }
    layout.specialization = [p.format, 0]
    layout.groups = Invocation.elementGroups(Int(p.rows) * units)
  }
}
