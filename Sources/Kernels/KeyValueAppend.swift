import ShaderInterface

/// Keys and values of one layer: f16 `[2][slots][keyColumns]`.
public struct KeyValueCache: Sendable {
  public let words: Tensor<HalfPair>
  public let slots: Int
  /// Key heads times head size.
  public let keyColumns: Int

  public init(words: Tensor<HalfPair>, slots: Int, keyColumns: Int) {
    require(words, slots * keyColumns, "KeyValueCache", "words")
    self.words = words
    self.slots = slots
    self.keyColumns = keyColumns
  }

  public init(backend: any Backend, slots: Int, keyColumns: Int, label: String) throws(BackendError) {
    self.init(words: try backend.makeTensor(slots * keyColumns, label), slots: slots, keyColumns: keyColumns)
  }
}

extension CommandList {
  /// Rounds the keys and values of `rows` in-flight rows to f16 and stores them at slot length + firstRow + r.
  ///
  /// - Parameters:
  ///   - rotated: f32 `[rows][(heads + keyHeads) * headSize]`, as ``rotary`` writes it.
  ///   - projected: f32 `[rows][(heads + 2 * keyHeads) * headSize]`, whose last part is the value.
  public func keyValueAppend(
    rotated: Tensor<Float>, projected: Tensor<Float>, state: Tensor<UInt32>, cache: KeyValueCache, rows: Int,
    firstRow: Int = 0, heads: Int, keyHeads: Int, headSize: Int
  ) {
    require(
      cache.keyColumns == keyHeads * headSize, "keyValueAppend", "cache of \(cache.keyColumns) key columns")
    let query = heads * headSize
    let key = keyHeads * headSize
    require(rotated, rows * (query + key), "keyValueAppend", "rotated")
    require(projected, rows * (query + 2 * key), "keyValueAppend", "projected")
    let p = ShaderInterface.KeyValueAppend(
      rows: UInt32(rows), firstRow: UInt32(firstRow), keyColumns: UInt32(key), keyStride: UInt32(query + key),
      keyOffset: UInt32(query), valueStride: UInt32(query + 2 * key), valueOffset: UInt32(query + key),
      slots: UInt32(cache.slots))
    dispatch(
      Invocation(
        .keyValueAppend, p, [.read(rotated), .read(projected), .read(state), .readWrite(cache.words)],
        groups: Invocation.elementGroups(rows * key)))
  }
}
