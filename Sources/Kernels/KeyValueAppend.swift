import ShaderInterface

extension CommandList {
  /// Stores the keys and values of `rows` in-flight rows, in the cache's format, in the slots after their sequence's
  /// committed ones.
  ///
  /// Rounding: to nearest even in f16 (2^-11 of an element) and bf16 (2^-8); in q8 by blocks of 32 columns, the byte
  /// nearest to x / scale with scale = f16(greatest magnitude / 127), so an element is off by about half a scale.
  /// - Parameters:
  ///   - rotated: f32 `[rows][(heads + keyHeads) * headSize]`, as `rotary` writes it; nil stores keys as they were
  ///     projected.
  ///   - projected: f32 `[rows][(heads + 2 * keyHeads) * headSize]`, whose last parts are the key and the value.
  ///   - heads: query heads before them in the rows; 0 for rows of keys and values alone, such as an encoder's.
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - batch: whose rows they are; nil for one sequence, whose row r is in-flight row firstRow + r.
  public func keyValueAppend(
    rotated: Tensor<Float>? = nil, projected: Tensor<Float>, state: Tensor<UInt32>,
    batch: SequenceBatch? = nil,
    cache: KeyValueCache, rows: Int, firstRow: Int = 0, heads: Int, keyHeads: Int, headSize: Int
  ) {
    call(.keyValueAppend) { kernel throws(Refusal) in
      try requireSizes(rows, firstRow, heads, keyHeads, headSize)
      try require(
        rows >= 1 && heads >= 0 && keyHeads >= 1, "\(rows) rows, \(heads) heads, \(keyHeads) key heads")
      let query = heads * headSize
      let key = keyHeads * headSize
      try cache.check(keyHeads: keyHeads, headSize: headSize)
      try batch.check(state: state, rows: firstRow + rows)
      try cache.check(sequences: batch.sequences)
      if let rotated { try require(rotated, rows * (query + key), "rotated") }
      try require(projected, rows * (query + 2 * key), "projected")
      let p = ShaderInterface.KeyValueAppend(
        rows: U32(rows), firstRow: U32(firstRow), keyColumns: U32(key),
        keyStride: U32(query + (rotated == nil ? 2 : 1) * key),
        keyOffset: U32(query), valueStride: U32(query + 2 * key), valueOffset: U32(query + key),
        slots: U32(cache.slots), rowWords: U32(cache.rowWords), format: cache.format.code,
        sequences: U32(batch.sequences), pageSize: cache.pageSize, pagesPerSequence: cache.pagesPerSequence)
      return Invocation(
        kernel, p,
        [
          .read(rotated ?? projected), .read(projected), .read(state), .read(batch.owners(or: state)),
          .read(cache.pages(or: state)), .readWrite(cache.keys), .readWrite(cache.values),
        ],
        groups: Invocation.elementGroups(rows * cache.rowUnits),
        specialization: [cache.format.code])
    }
  }
}
