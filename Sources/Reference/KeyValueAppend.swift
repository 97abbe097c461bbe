import Numerics
import ShaderInterface

extension Reference {
  /// Stores each in-flight row's key and value in slot `STATE_LENGTH` + i of its sequence, if there is one.
  ///
  /// `rotated`: f32 [rows][keyStride]; `projected`: f32 [rows][valueStride]; `state`: u32 [sequences][STATE_WORDS];
  /// `owners`: u32 [firstRow + rows]; `pages`: u32 [sequences][pagesPerSequence]; `keys`,
  /// `values`: words [slots][rowWords].
  public static func keyValueAppend(
    _ p: ShaderInterface.KeyValueAppend, rotated: UnsafeBufferPointer<Float>,
    projected: UnsafeBufferPointer<Float>, state: UnsafeBufferPointer<UInt32>,
    owners: UnsafeBufferPointer<UInt32>, pages: UnsafeBufferPointer<UInt32>,
    keys: UnsafeMutableBufferPointer<UInt32>, values: UnsafeMutableBufferPointer<UInt32>
  ) {
    let batch = BatchRows(sequences: p.sequences, state: state, owners: owners)
    let places = CacheSlots(
      slots: p.slots, pageSize: p.pageSize, pagesPerSequence: p.pagesPerSequence, pages: pages)
    let (columns, rowWords) = (Int(p.keyColumns), Int(p.rowWords))
    for r in 0..<Int(p.rows) {
      let row = Int(p.firstRow) + r
      guard let sequence = batch.sequence(of: row) else { continue }
      let slot = batch.word(sequence, STATE_LENGTH) + row - batch.root(of: sequence)
      guard let place = places.physical(slot, of: sequence) else { continue }
      let key = r * Int(p.keyStride) + Int(p.keyOffset)
      let value = r * Int(p.valueStride) + Int(p.valueOffset)
      for (from, to) in [
        (rotated[key..<key + columns], keys), (projected[value..<value + columns], values),
      ] {
        let words = cacheRow(UnsafeBufferPointer(rebasing: from), format: p.format, rowWords: rowWords)
        for (w, word) in words.enumerated() { to[place * rowWords + w] = word }
      }
    }
  }
}
