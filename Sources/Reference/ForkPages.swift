import Numerics
import ShaderInterface

extension Reference {
  /// Tables of sequences that go on from the `sources`, sharing their pages.
  ///
  /// `sources`: u32 [sequences]; `state`: u32 [sequences][STATE_WORDS]; `old`, `table`: u32
  /// [sequences][pagesPerSequence]; `counts`: u32 [pages].
  public static func forkPages(
    _ p: ShaderInterface.ForkPages, sources: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    old: UnsafeBufferPointer<UInt32>, table: UnsafeMutableBufferPointer<UInt32>,
    counts: UnsafeMutableBufferPointer<UInt32>
  ) {
    let entries = Int(p.pagesPerSequence)
    for s in 0..<Int(p.sequences) {
      let source = Int(sources[s])
      let length = source < p.sequences ? Int(state[source * Int(STATE_WORDS) + Int(STATE_LENGTH)]) : 0
      let used = (length + Int(p.pageSize) - 1) / Int(p.pageSize)
      for e in 0..<entries {
        let page = e < used ? old[source * entries + e] : NO_PAGE
        table[s * entries + e] = page < p.pages ? page : NO_PAGE
        if page < p.pages { counts[Int(page)] &+= 1 }
        let previous = old[s * entries + e]
        if previous < p.pages { counts[Int(previous)] &-= 1 }
      }
    }
  }
}
