import Numerics
import ShaderInterface

extension Reference {
  /// Moves the accepted rows of every sequence behind the root: slot base + j = slot base + path[j], j = 1...accepted
  /// ascending, of keys and of values; base = `RESULT_LENGTH` - accepted - 1. Slots that do not exist are left alone.
  ///
  /// `result`: u32 [sequences][RESULT_PATH + RESULT_ARRAYS * maximumNodes]; `pages`: u32 [sequences][pagesPerSequence];
  /// `keys`, `values`: words [slots][rowWords].
  public static func compactCache(
    _ p: ShaderInterface.CompactCache, result: UnsafeBufferPointer<UInt32>,
    pages: UnsafeBufferPointer<UInt32>, keys: UnsafeMutableBufferPointer<UInt32>,
    values: UnsafeMutableBufferPointer<UInt32>
  ) {
    let places = CacheSlots(
      slots: p.slots, pageSize: p.pageSize, pagesPerSequence: p.pagesPerSequence, pages: pages)
    let (rowWords, nodes) = (Int(p.rowWords), Int(p.maximumNodes))
    for sequence in 0..<Int(p.sequences) {
      let round = sequence * (Int(RESULT_PATH) + Int(RESULT_ARRAYS) * nodes)
      let accepted = result[round + Int(RESULT_ACCEPTED)]
      let base = result[round + Int(RESULT_LENGTH)] &- accepted &- 1
      for j in 1..<min(Int(accepted), nodes - 1) + 1 {
        let node = result[round + Int(RESULT_PATH) + j]
        guard let from = places.physical(Int(base &+ node), of: sequence),
          let to = places.physical(Int(base &+ UInt32(j)), of: sequence)
        else { continue }
        for part in [keys, values] {
          for w in 0..<rowWords { part[to * rowWords + w] = part[from * rowWords + w] }
        }
      }
    }
  }
}
