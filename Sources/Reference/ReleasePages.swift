import Numerics
import ShaderInterface

extension Reference {
  /// Gives back the pages beyond the committed length, or beyond `keep` slots.
  ///
  /// `state`: u32 [sequences][STATE_WORDS]; `table`: u32 [sequences][pagesPerSequence]; `counts`: u32 [pages].
  public static func releasePages(
    _ p: ShaderInterface.ReleasePages, state: UnsafeBufferPointer<UInt32>,
    table: UnsafeMutableBufferPointer<UInt32>, counts: UnsafeMutableBufferPointer<UInt32>
  ) {
    let entries = Int(p.pagesPerSequence)
    for s in 0..<Int(p.sequences) {
      let kept = Int(min(state[s * Int(STATE_WORDS) + Int(STATE_LENGTH)], p.keep))
      let first = (kept + Int(p.pageSize) - 1) / Int(p.pageSize)
      for e in stride(from: s * entries + first, to: (s + 1) * entries, by: 1) {
        if table[e] < p.pages { counts[Int(table[e])] &-= 1 }
        table[e] = NO_PAGE
      }
    }
  }
}
