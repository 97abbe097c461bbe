import Numerics
import ShaderInterface

extension Reference {
  /// Moves the accepted rows behind the root: slot base + j = slot base + path[j], j = 1...accepted ascending, in
  /// every plane; base = `RESULT_LENGTH` - accepted - 1. Slots at or above `slots` are left alone.
  ///
  /// `result`: u32; `cache`: u32 [planes][slots][rowWords].
  public static func compactCache(
    _ p: ShaderInterface.CompactCache, result: UnsafeBufferPointer<UInt32>,
    cache: UnsafeMutableBufferPointer<UInt32>
  ) {
    let (slots, rowWords) = (Int(p.slots), Int(p.rowWords))
    let accepted = Int(result[Int(RESULT_ACCEPTED)])
    let base = Int(result[Int(RESULT_LENGTH)]) - accepted - 1
    for j in 1..<accepted + 1 {
      let from = base + Int(result[Int(RESULT_PATH) + j])
      let to = base + j
      guard from < slots, to < slots else { continue }
      for plane in 0..<Int(p.planes) {
        for w in 0..<rowWords {
          cache[(plane * slots + to) * rowWords + w] = cache[(plane * slots + from) * rowWords + w]
        }
      }
    }
  }
}
