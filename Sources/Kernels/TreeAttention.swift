import ShaderInterface

extension CommandList {
  /// Attention of in-flight rows over the cached prefix and the in-flight rows that each one sees.
  ///
  /// The pattern is data: visibility bits a row (trees, blocks that see each other, look-ahead branches, forests), or
  /// causal without bits; a window cuts either by position. Keys are taken in the order prefix, then visible in-flight
  /// rows, in chunks of 64 and spans of four chunks that are merged in order, so a row gives the same bits in a chain, in a tree, in a batch, in
  /// any pages and alone.
  /// softmax(scale * query . keys) * values (Vaswani et al., 2017) with ancestor masks (Miao et al., 2024), chunks
  /// joined by a running maximum and sum (Milakov and Gimelshein, 2018). A score sums over headSize as `matmul` does, a
  /// chunk's weights and values key by key.
  /// Error, against the stored elements: a score (headSize + 3) * 2^-23 |scale| of its products' magnitudes and 2^-21
  /// of the soft-cap; the output twice that, 2^-13 and (80 + keys / 16) * 2^-24 of the weighted magnitudes,
  /// 2^-significantBits of itself.
  /// Cost a row: `2 * keys * headSize * heads` multiply-adds over one read of the keys and values it sees.
  /// - Parameters:
  ///   - query: f32 `[rows][queryColumns]`, of which the first heads * headSize count, rounded to
  ///     ``ACTIVATION_BITS_F16`` bits as `rotary`, `roundActivations` and a matmul's `significantBits` leave them.
  ///   - queryColumns: a multiple of headSize; nil for (heads + keyHeads) * headSize, as `rotary` writes rows.
  ///   - mask: u32 `[in-flight rows][maskWords]`; `maskWords` 0 is causal and `mask` is then not read.
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - depths: u32 `[in-flight rows]`, depth of each; position = state length + depth. Only a window needs them.
  ///   - batch: whose rows they are; nil for one sequence, whose row r is in-flight row firstRow + r.
  ///   - out: f32 `[rows][heads * headSize]`.
  ///   - split: scratch for long contexts; nil lets the device choose. GPUs then split by themselves where rows are few,
  ///     in memory of the recording's own. llvmpipe does not, and refuses caches of more than some 40,000 slots a
  ///     sequence (the page of limits says how many for which heads), whose loops it would end too early.
  public func treeAttention(
    query: Tensor<Float>, queryColumns: Int? = nil, cache: KeyValueCache, mask: Tensor<UInt32>,
    state: Tensor<UInt32>,
    depths: Tensor<UInt32>? = nil, batch: SequenceBatch? = nil, out: Tensor<Float>,
    rows: Int, firstRow: Int = 0, heads: Int, keyHeads: Int, headSize: Int, maskWords: Int, scale: Float,
    significantBits: UInt32 = ACTIVATION_BITS_F16, options: AttentionOptions = AttentionOptions(),
    split: AttentionSplit? = nil
  ) {
    var spans = 0  // of a row and head, if apart
    call(split == nil ? .treeAttention : .attentionSpans) { kernel throws(Refusal) in
      try requireSizes(rows, firstRow, heads, keyHeads, headSize, maskWords)
      try requireHeads(heads, keyHeads, headSize, cache.format)
      try require(scale.isFinite, "scale \(scale)")
      try requireSignificantBits(significantBits)
      try options.check()
      try require(
        batch != nil || firstRow + rows <= Int(MAXIMUM_NODES),
        "\(firstRow + rows) in-flight rows, at most 1024 of a sequence")
      try cache.check(keyHeads: keyHeads, headSize: headSize)
      try batch.check(state: state, rows: firstRow + rows)
      try cache.check(sequences: batch.sequences)
      let columns = queryColumns ?? (heads + keyHeads) * headSize
      try requireSizes(columns)
      try require(
        columns >= heads * headSize && columns % headSize == 0,
        "query rows of \(columns) columns, multiples of \(headSize) from \(heads * headSize) on are possible")
      try require(query, (rows - 1) * columns + heads * headSize, "query")
      try require(mask, max(1, (firstRow + rows) * maskWords), "mask")
      try require(out, rows * heads * headSize, "out")
      try require(options.window == 0 || depths != nil, "a window of \(options.window) without depths")
      if let depths { try require(depths, firstRow + rows, "depths") }
      var p = ShaderInterface.TreeAttention(
        rows: U32(rows), firstRow: U32(firstRow), heads: U32(heads), keyHeads: U32(keyHeads),
        headSize: U32(headSize), queryColumns: U32(columns), maskWords: U32(maskWords),
        slots: U32(cache.slots),
        rowWords: U32(cache.rowWords), format: cache.format.code, sequences: U32(batch.sequences),
        pageSize: cache.pageSize, pagesPerSequence: cache.pagesPerSequence, isCross: options.isCross ? 1 : 0,
        window: U32(options.window), scale: scale, softCap: options.softCap,
        inverseSoftCap: options.softCap > 0 ? Float(1 / Double(options.softCap)) : 0,
        significantBits: significantBits, spans: 0, spansPerGroup: 0)
      var groups = (rows, heads)
      if let split {
        try requireSizes(split.spansPerGroup)
        try require(split.spansPerGroup >= 1, "\(split.spansPerGroup) spans a group")
        spans = AttentionSplit.spans(capacity: cache.capacity)
        p.spans = U32(spans)
        p.spansPerGroup = U32(split.spansPerGroup)
        groups.1 *= (spans + split.spansPerGroup - 1) / split.spansPerGroup
        try require(
          rows <= 65_535 && groups.1 <= 65_535, "\(rows) x \(groups.1) groups, at most 65535 x 65535")
        try require(
          split.parts,
          AttentionSplit.count(rows: rows, heads: heads, headSize: headSize, capacity: cache.capacity),
          "parts")
      }
      return Invocation(
        kernel, p,
        [
          .read(query), .read(cache.keys), .read(cache.values), .read(mask), .read(state),
          .read(depths ?? state), .read(batch.owners(or: state)), .read(cache.pages(or: state)),
          .write(split?.parts ?? out),
        ],
        groups: groups,
        specialization: [U32(options.keysPerLane ?? 0), cache.format.code, U32(options.rowsPerGroup ?? 0)])
    }
    if let split, spans > 0 {
      attentionMerge(
        split.parts, out: out, rows: rows, heads: heads, headSize: headSize, spans: spans,
        significantBits: significantBits)
    }
  }
}

/// Heads that the shaders have registers and loads for.
private func requireHeads(
  _ heads: Int, _ keyHeads: Int, _ headSize: Int, _ format: KeyValueFormat
) throws(Refusal) {
  try require(
    heads >= 1 && keyHeads >= 1 && heads % keyHeads == 0,
    "\(heads) heads, \(keyHeads) key heads of \(headSize), multiples of the key heads are possible")
  try require(
    headSize >= 2 && headSize <= 256 && headSize % format.step == 0,
    "heads of \(headSize) in \(format.rawValue), multiples of \(format.step) up to 256 are possible")
}
