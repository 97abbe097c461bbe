import Espalier
import Testing

/// A program that imports the package knows every status that a kernel can write.
@Suite struct StatusWordsTests {
  @Test func `Every status is exported and has a bit of its own`() {
    let all = [
      STATUS_NOT_FINITE, STATUS_MALFORMED_TREE, STATUS_MALFORMED_DRAFT, STATUS_EMPTY_ROW, STATUS_OUT_OF_PAGES,
      STATUS_SELECTIVE_WARP,
    ]
    #expect(STATUS_OK == 0 && all == (0..<UInt32(all.count)).map { 1 << $0 })
  }
}
