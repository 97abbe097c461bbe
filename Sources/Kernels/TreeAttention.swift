import ShaderInterface

/// The rarer parts of an attention pattern.
public struct AttentionOptions: Sendable {
  /// Positions that a row reaches back, its own included (sliding window); 0 for all. Needs depths.
  public var window: Int
  /// Scores are held within -softCap...softCap by softCap * tanh(score / softCap) (Gemma 2); 0 for none.
  public var softCap: Float
  /// Cross-attention: rows see the committed slots alone. The state is then that of the fixed context; with a batch its
  /// nodes and first nodes are those of the rows.
  public var isCross: Bool
  /// Keys a lane scores, 1, 2, 4 or 8; nil takes what suits the device. It changes no bits.
  public var keysPerLane: Int?

  public init(window: Int = 0, softCap: Float = 0, isCross: Bool = false, keysPerLane: Int? = nil) {
    self.window = window
    self.softCap = softCap
    self.isCross = isCross
    self.keysPerLane = keysPerLane
  }
}

/// Memory that lets the keys of a long context spread over many groups; it changes no bits.
///
/// Pays where rows times heads leave a device idle: few rows, thousands of keys.
public struct AttentionSplit: Sendable {
  /// f32, ``count(rows:heads:headSize:capacity:)`` elements of scratch.
  public let parts: Tensor<Float>
  /// Chunks of 64 keys that one group takes.
  public let chunksPerGroup: Int

  public init(parts: Tensor<Float>, chunksPerGroup: Int = 4) {
    require(chunksPerGroup > 0, "AttentionSplit", "\(chunksPerGroup) chunks a group")
    self.parts = parts
    self.chunksPerGroup = chunksPerGroup
  }

  /// Elements of scratch for a cache in which a sequence may have `capacity` slots.
  public static func count(rows: Int, heads: Int, headSize: Int, capacity: Int) -> Int {
    rows * heads * chunks(capacity: capacity) * (headSize + Int(PART_WORDS))
  }

  static func chunks(capacity: Int) -> Int { (capacity + Int(ATTENTION_CHUNK) - 1) / Int(ATTENTION_CHUNK) }
}

extension CommandList {
  /// Attention of in-flight rows over the cached prefix and the in-flight rows that each one sees.
  ///
  /// The pattern is data: visibility bits a row (trees, blocks that see each other, look-ahead branches, forests), or causal without
  /// bits; a window cuts either by position. Keys are taken in the order prefix, then visible in-flight rows, in chunks of 64 that
  /// are merged in order, so a row gives the same bits in a chain, in a tree, in a batch, in any pages and alone.
  /// Cost a row: `2 * keys * headSize * heads` multiply-adds over one read of the keys and values it sees.
  /// - Parameters:
  ///   - query: f32 `[rows][(heads + keyHeads) * headSize]` as ``rotary`` writes it.
  ///   - mask: u32 `[in-flight rows][maskWords]`; `maskWords` 0 is causal and `mask` is then not read.
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - depths: depth of each in-flight row; position = state length + depth. Only a window needs them.
  ///   - batch: whose rows they are; nil for one sequence, whose row r is in-flight row firstRow + r.
  ///   - out: f32 `[rows][heads * headSize]`.
  ///   - split: scratch for long contexts; nil computes a row and head in one group.
  public func treeAttention(
    query: Tensor<Float>, cache: KeyValueCache, mask: Tensor<UInt32>, state: Tensor<UInt32>,
    depths: Tensor<UInt32>? = nil, batch: SequenceBatch? = nil, out: Tensor<Float>,
    rows: Int, firstRow: Int = 0, heads: Int, keyHeads: Int, headSize: Int, maskWords: Int, scale: Float,
    significantBits: UInt32 = ACTIVATION_BITS_F16, options: AttentionOptions = AttentionOptions(),
    split: AttentionSplit? = nil
  ) {
    let name = "treeAttention"
    let block = cache.format == .q8 ? Int(CACHE_Q8_BLOCK) : 2
    require(
      headSize > 0 && headSize % block == 0 && headSize <= 256 && heads % keyHeads == 0, name,
      "\(heads) heads, \(keyHeads) key heads of \(headSize)")
    require(
      rows > 0 && rows <= 65_535 && (batch != nil || firstRow + rows <= Int(MAXIMUM_NODES)), name,
      "\(firstRow + rows) in-flight rows, at most 1024 of a sequence")
    require(cache.keyColumns == keyHeads * headSize, name, "cache of \(cache.keyColumns) key columns")
    require(query, rows * (heads + keyHeads) * headSize, name, "query")
    require(mask, max(1, (firstRow + rows) * maskWords), name, "mask")
    require(out, rows * heads * headSize, name, "out")
    requireBatch(batch, state: state, rows: firstRow + rows, name)
    cache.check(sequences: batch.sequences, name)
    require(
      options.window == 0 || options.window > 0 && depths != nil && !options.isCross, name,
      "a window of \(options.window) needs depths and in-flight rows")
    if options.window > 0, let depths { require(depths, firstRow + rows, name, "depths") }
    require(
      options.softCap == 0 || options.softCap > 0x1p-20 && options.softCap < 0x1p60, name,
      "a soft-cap of \(options.softCap)")
    require(
      options.keysPerLane.map { [1, 2, 4, 8].contains($0) } ?? true, name,
      "\(options.keysPerLane ?? 0) keys a lane; 1, 2, 4 or 8 are built")
    var p = ShaderInterface.TreeAttention(
      rows: U32(rows), firstRow: U32(firstRow), heads: U32(heads), keyHeads: U32(keyHeads),
      headSize: U32(headSize), maskWords: U32(maskWords), slots: U32(cache.slots),
      rowWords: U32(cache.rowWords), format: cache.format.code, sequences: batch.sequences,
      pageSize: cache.pageSize, pagesPerSequence: cache.pagesPerSequence, isCross: options.isCross ? 1 : 0,
      window: U32(options.window), scale: scale, softCap: options.softCap,
      inverseSoftCap: options.softCap > 0 ? Float(1 / Double(options.softCap)) : 0,
      significantBits: significantBits, chunks: 0, chunksPerGroup: 0)
    let operands: [Operand] = [
      .read(query), .read(cache.words), .read(mask), .read(state), .read(depths ?? state),
      .read(batch.owners(or: state)), .read(cache.pages(or: state)),
    ]
    let specialization = [U32(options.keysPerLane ?? 0), cache.format.code]
    guard let split else {
      dispatch(
        Invocation(
          .treeAttention, p, operands + [.write(out)], groups: (rows, heads), specialization: specialization))
      return
    }
    let chunks = AttentionSplit.chunks(capacity: cache.capacity)
    p.chunks = U32(chunks)
    p.chunksPerGroup = U32(split.chunksPerGroup)
    let groups = (chunks + split.chunksPerGroup - 1) / split.chunksPerGroup
    require(
      heads * groups <= 65_535, name,
      "\(heads) heads in \(groups) groups; take more than \(split.chunksPerGroup) chunks a group")
    let count = AttentionSplit.count(rows: rows, heads: heads, headSize: headSize, capacity: cache.capacity)
    require(split.parts, count, name, "parts")
    dispatch(
      Invocation(
        .attentionChunks, p, operands + [.write(split.parts)], groups: (rows, heads * groups),
        specialization: specialization))
    attentionMerge(
      split.parts, out: out, rows: rows, heads: heads, headSize: headSize, chunks: chunks,
      significantBits: significantBits)
  }
}
