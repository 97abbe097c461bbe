import Numerics
import ShaderInterface

extension Reference {
  /// Gives each sequence pages of its own for the slots it is about to write, or a status and nothing.
  ///
  /// `state`: u32 [sequences][STATE_WORDS]; `table`: u32 [sequences][pagesPerSequence]; `counts`: u32 [pages];
  /// `copies`: u32 [sequences][2]; `status`: u32 [sequences].
  public static func allocatePages(
    _ p: ShaderInterface.AllocatePages, state: UnsafeMutableBufferPointer<UInt32>,
    table: UnsafeMutableBufferPointer<UInt32>, counts: UnsafeMutableBufferPointer<UInt32>,
    copies: UnsafeMutableBufferPointer<UInt32>, status: UnsafeMutableBufferPointer<UInt32>
  ) {
    let (entries, pageSize) = (Int(p.pagesPerSequence), Int(p.pageSize))
    let before = Array(counts[..<Int(p.pages)])
    let free = before.indices.filter { before[$0] == 0 }
    var asked = 0
    for s in 0..<Int(p.sequences) {
      defer {
        if p.sitsOut != 0 && status[s] != STATUS_OK { state[s * Int(STATE_WORDS) + Int(STATE_NODES)] = 0 }
      }
      let length = Int(state[s * Int(STATE_WORDS) + Int(STATE_LENGTH)])
      let nodes = Int(state[s * Int(STATE_WORDS) + Int(STATE_NODES)])
      let end = length + (p.rows == 0 ? nodes : Int(p.rows))
      copies[2 * s] = NO_PAGE
      copies[2 * s + 1] = NO_PAGE
      status[s] = STATUS_OUT_OF_PAGES
      guard end <= entries * pageSize else { continue }
      // Without rows none, even if the last page is partly filled.
      let first = end == length ? 0 : length / pageSize
      let needs = (first..<(end == length ? 0 : (end + pageSize - 1) / pageSize)).filter {
        let page = table[s * entries + $0]
        return page >= p.pages || before[Int(page)] != 1
      }
      let pages = free.dropFirst(asked).prefix(needs.count)
      asked += needs.count
      guard pages.count == needs.count else { continue }
      status[s] = STATUS_OK
      for (entry, page) in zip(needs, pages) {
        let old = table[s * entries + entry]
        table[s * entries + entry] = UInt32(page)
        counts[page] &+= 1
        guard old < p.pages else { continue }
        counts[Int(old)] &-= 1
        if entry == length / pageSize && length % pageSize > 0 {
          copies[2 * s] = old
          copies[2 * s + 1] = UInt32(page)
        }
      }
    }
  }
}
