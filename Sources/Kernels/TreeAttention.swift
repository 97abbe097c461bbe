import ShaderInterface

extension CommandList {
  /// Attention of in-flight rows over the cached prefix and the in-flight rows that each one sees.
  ///
  /// The pattern is data: ancestor bits a row for a tree, or causal without bits. Keys are taken in the order prefix, then visible
  /// in-flight rows, in chunks of 64 that are merged in order, so a row gives the same bits in a chain, in a tree and alone.
  /// Cost a row: `2 * keys * headSize * heads` multiply-adds over one read of the keys and values it sees.
  /// - Parameters:
  ///   - query: f32 `[rows][(heads + keyHeads) * headSize]` as `rotary` writes it.
  ///   - mask: u32 `[in-flight rows][maskWords]`; `maskWords` 0 is causal and `mask` is then not read.
  ///   - out: f32 `[rows][heads * headSize]`.
  ///   - keysPerLane: 1, 2, 4 or 8; nil takes what suits the device. It changes no bits.
  public func treeAttention(
    query: Tensor<Float>, cache: KeyValueCache, mask: Tensor<UInt32>, state: Tensor<UInt32>,
    out: Tensor<Float>,
    rows: Int, firstRow: Int = 0, heads: Int, keyHeads: Int, headSize: Int, maskWords: Int, scale: Float,
    significantBits: UInt32 = ACTIVATION_BITS_F16, keysPerLane: Int? = nil
  ) {
    call(.treeAttention) { kernel throws(Refusal) in
      try requireSizes(rows, firstRow, heads, keyHeads, headSize, maskWords, keysPerLane ?? 0)
      try require(
        heads >= 1 && keyHeads >= 1 && headSize >= 2, "\(heads) heads, \(keyHeads) key heads of \(headSize)")
      try cache.check()
      try requireState(state)
      try require(scale.isFinite, "scale \(scale)")
      try requireSignificantBits(significantBits)
      try require(
        headSize % 2 == 0 && headSize <= 256 && heads % keyHeads == 0,
        "\(heads) heads, \(keyHeads) key heads of \(headSize)")
      try require(
        firstRow + rows <= Int(MAXIMUM_NODES),
        "\(firstRow + rows) in-flight rows, at most 1024")
      try require(
        cache.keyColumns == keyHeads * headSize, "cache of \(cache.keyColumns) key columns")
      try require(query, rows * (heads + keyHeads) * headSize, "query")
      try require(mask, max(1, (firstRow + rows) * maskWords), "mask")
      try require(out, rows * heads * headSize, "out")
      try require(
        keysPerLane.map { [1, 2, 4, 8].contains($0) } ?? true,
        "\(keysPerLane ?? 0) keys a lane; 1, 2, 4 or 8 are built")
      let p = ShaderInterface.TreeAttention(
        rows: UInt32(rows), firstRow: UInt32(firstRow), heads: UInt32(heads), keyHeads: UInt32(keyHeads),
        headSize: UInt32(headSize), maskWords: UInt32(maskWords), slots: UInt32(cache.slots), scale: scale,
        significantBits: significantBits)
      return Invocation(
        kernel, p, [.read(query), .read(cache.words), .read(mask), .read(state), .write(out)],
        groups: (rows, heads), specialization: keysPerLane.map { [UInt32($0)] } ?? [])
    }
  }
}
