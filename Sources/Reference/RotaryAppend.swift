import ShaderInterface

extension Reference {
  /// ``rotary(_:x:table:depths:state:owners:out:)``, then
  /// ``keyValueAppend(_:rotated:projected:state:owners:pages:keys:values:)`` of what it wrote; `out` gets the query columns alone.
  ///
  /// `x`: f32 [rows][inputColumns]; `table`: f32 [positions][rotarySize / 2][2]; `depths`, `state`, `owners`: u32; `pages`: u32
  /// [sequences][pagesPerSequence]; `out`: f32 [rows][(heads + keyHeads) * headSize]; `keys`, `values`: words
  /// [slots][rowWords].
  public static func rotaryAppend(
    _ p: ShaderInterface.RotaryAppend, x: UnsafeBufferPointer<Float>, table: UnsafeBufferPointer<Float>,
    depths: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    owners: UnsafeBufferPointer<UInt32>, pages: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<Float>, keys: UnsafeMutableBufferPointer<UInt32>,
    values: UnsafeMutableBufferPointer<UInt32>
  ) {
    let query = p.heads * p.headSize
    let turn = Rotary(
      rows: p.rows, firstRow: p.firstRow, heads: p.heads, keyHeads: p.keyHeads, headSize: p.headSize,
      inputColumns: p.inputColumns, significantBits: p.significantBits, rotarySize: p.rotarySize,
      pairing: p.pairing, sequences: p.sequences)
    let append = KeyValueAppend(
      rows: p.rows, firstRow: p.firstRow, keyColumns: p.keyColumns, keyStride: query + p.keyColumns,
      keyOffset: query, valueStride: p.inputColumns, valueOffset: query + p.keyColumns, slots: p.slots,
      rowWords: p.rowWords, format: p.format, sequences: p.sequences, pageSize: p.pageSize,
      pagesPerSequence: p.pagesPerSequence)
    let columns = Int(append.keyStride)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Int(p.rows) * columns) { rotated in
      rotary(turn, x: x, table: table, depths: depths, state: state, owners: owners, out: rotated)
      for r in 0..<Int(p.rows) {
        for c in 0..<Int(query) { out[r * columns + c] = rotated[r * columns + c] }
      }
      keyValueAppend(
        append, rotated: UnsafeBufferPointer(rotated), projected: x, state: state, owners: owners,
        pages: pages, keys: keys, values: values)
    }
  }
}
