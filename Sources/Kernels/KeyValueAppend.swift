import ShaderInterface

/// Keys and values of one layer: f16 `[2][slots][keyColumns]`.
public struct KeyValueCache: Sendable {
  public let words: Tensor<HalfPair>
  public let slots: Int
  /// Key heads times head size.
  public let keyColumns: Int

  public init(words: Tensor<HalfPair>, slots: Int, keyColumns: Int) {
    self.words = words
    self.slots = slots
    self.keyColumns = keyColumns
  }

  func check() throws(Refusal) {
    try requireSizes(slots, keyColumns)
    try require(
      slots >= 1 && keyColumns >= 2 && keyColumns % 2 == 0,
      "a cache of \(slots) slots of \(keyColumns) key columns")
    try require(words, slots * keyColumns, "cache")
  }

  public init(backend: any Backend, slots: Int, keyColumns: Int, label: String) throws(BackendError) {
    self.init(words: try backend.makeTensor(slots * keyColumns, label), slots: slots, keyColumns: keyColumns)
  }
}

extension CommandList {
  /// Rounds the keys and values of `rows` in-flight rows to f16 and stores them at slot length + firstRow + r.
  ///
  /// - Parameters:
  ///   - rotated: f32 `[rows][(heads + keyHeads) * headSize]`, as `rotary` writes it.
  ///   - projected: f32 `[rows][(heads + 2 * keyHeads) * headSize]`, whose last part is the value.
  public func keyValueAppend(
    rotated: Tensor<Float>, projected: Tensor<Float>, state: Tensor<UInt32>, cache: KeyValueCache, rows: Int,
    firstRow: Int = 0, heads: Int, keyHeads: Int, headSize: Int
  ) {
    call(.keyValueAppend) { kernel throws(Refusal) in
      try requireSizes(rows, firstRow, heads, keyHeads, headSize)
      try require(
        cache.keyColumns == keyHeads * headSize, "cache of \(cache.keyColumns) key columns")
      try cache.check()
      try requireState(state)
      let query = heads * headSize
      let key = keyHeads * headSize
      try require(rotated, rows * (query + key), "rotated")
      try require(projected, rows * (query + 2 * key), "projected")
      let p = ShaderInterface.KeyValueAppend(
        rows: UInt32(rows), firstRow: UInt32(firstRow), keyColumns: UInt32(key),
        keyStride: UInt32(query + key),
        keyOffset: UInt32(query), valueStride: UInt32(query + 2 * key), valueOffset: UInt32(query + key),
        slots: UInt32(cache.slots))
      return Invocation(
        kernel, p, [.read(rotated), .read(projected), .read(state), .readWrite(cache.words)],
        groups: Invocation.elementGroups(rows * key))
    }
  }
}
