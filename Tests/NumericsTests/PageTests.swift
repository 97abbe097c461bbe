import Numerics
import Reference
import ShaderInterface
import Testing

/// Hand-computed examples of the page kernels: a pool of 6 pages of 4 slots, two sequences of 3 entries.
@Suite struct PageTests {
  private final class Pool {
    let table = mutableOperand([UInt32](repeating: NO_PAGE, count: 6))
    let counts = mutableOperand([UInt32](repeating: 0, count: 6))
    let copies = mutableOperand([UInt32](repeating: 77, count: 4))
    let status = mutableOperand([UInt32](repeating: 77, count: 2))

    /// Lengths and nodes of both sequences.
    private func state(_ lengths: [UInt32], _ nodes: [UInt32]) -> UnsafeBufferPointer<UInt32> {
      UnsafeBufferPointer(words(lengths, nodes))
    }

    private func words(_ lengths: [UInt32], _ nodes: [UInt32]) -> UnsafeMutableBufferPointer<UInt32> {
      mutableOperand((0..<2).flatMap { [lengths[$0], 0, 0, nodes[$0], 0, 0, 0, 0] })
    }

    /// The nodes afterwards.
    @discardableResult
    func allocate(_ lengths: [UInt32], nodes: [UInt32] = [0, 0], rows: UInt32 = 0, sitsOut: Bool = false)
      -> [UInt32]
    {
      let state = words(lengths, nodes)
      Reference.allocatePages(
        AllocatePages(
          sequences: 2, pages: 6, pagesPerSequence: 3, pageSize: 4, rows: rows, sitsOut: sitsOut ? 1 : 0),
        state: state, table: table, counts: counts, copies: copies, status: status)
      return [state[Int(STATE_NODES)], state[Int(STATE_WORDS + STATE_NODES)]]
    }

    func release(_ lengths: [UInt32], keep: UInt32 = .max) {
      Reference.releasePages(
        ReleasePages(sequences: 2, pages: 6, pagesPerSequence: 3, pageSize: 4, keep: keep),
        state: state(lengths, [0, 0]), table: table, counts: counts)
    }

    func fork(_ sources: [UInt32], _ lengths: [UInt32]) {
      let old = Array(table)
      Reference.forkPages(
        ForkPages(sequences: 2, pages: 6, pagesPerSequence: 3, pageSize: 4), sources: operand(sources),
        state: state(lengths, [0, 0]), old: operand(old), table: table, counts: counts)
    }
  }

  private let none = NO_PAGE

  @Test func whoIsNotServedMaySitOut() {
    for sitsOut in [false, true] {
      let pool = Pool()
      #expect(pool.allocate([0, 0], nodes: [12, 13], sitsOut: sitsOut) == [12, sitsOut ? 0 : 13])
      #expect(Array(pool.status) == [STATUS_OK, STATUS_OUT_OF_PAGES])
    }
  }

  @Test func pagesAreGivenInOrderAndGivenBack() {
    let pool = Pool()
    pool.allocate([0, 0], nodes: [5, 4])
    #expect(Array(pool.table) == [0, 1, none, 2, none, none])
    #expect(Array(pool.counts) == [1, 1, 1, 0, 0, 0] && Array(pool.status) == [STATUS_OK, STATUS_OK])
    pool.allocate([3, 4], rows: 6)  // slots 3 ..< 9 and 4 ..< 10
    #expect(Array(pool.table) == [0, 1, 3, 2, 4, 5] && Array(pool.copies) == [none, none, none, none])
    pool.release([4, 5])
    #expect(Array(pool.table) == [0, none, none, 2, 4, none] && Array(pool.counts) == [1, 0, 1, 0, 1, 0])
    pool.release([4, 5], keep: 0)
    #expect(Array(pool.table) == [UInt32](repeating: none, count: 6))
    #expect(Array(pool.counts) == [0, 0, 0, 0, 0, 0])
  }

  @Test func aForkSharesUntilSomebodyWrites() {
    let pool = Pool()
    pool.allocate([0, 0], nodes: [6, 0])
    pool.fork([0, 0], [6, 0])
    #expect(Array(pool.table) == [0, 1, none, 0, 1, none] && Array(pool.counts) == [2, 2, 0, 0, 0, 0])
    pool.allocate([6, 6], nodes: [0, 0])  // nobody writes
    #expect(Array(pool.table) == [0, 1, none, 0, 1, none] && Array(pool.copies) == [none, none, none, none])
    pool.allocate([6, 6], nodes: [1, 1])
    #expect(Array(pool.table) == [0, 2, none, 0, 3, none] && Array(pool.copies) == [1, 2, 1, 3])
    #expect(Array(pool.counts) == [2, 0, 1, 1, 0, 0])
    pool.fork([1, 0], [6, 6])  // change places
    #expect(Array(pool.table) == [0, 3, none, 0, 2, none] && Array(pool.counts) == [2, 0, 1, 1, 0, 0])
    pool.fork([7, 1], [6, 6])
    #expect(Array(pool.table) == [none, none, none, 0, 2, none] && Array(pool.counts) == [1, 0, 1, 0, 0, 0])
  }

  @Test func outOfPagesChangesNothing() {
    let pool = Pool()
    pool.allocate([0, 0], rows: 13)  // more than three pages
    #expect(Array(pool.status) == [STATUS_OUT_OF_PAGES, STATUS_OUT_OF_PAGES])
    _ = pool.counts.update(fromContentsOf: [5, 5, 0, 0, 5, 5])
    pool.allocate([0, 0], nodes: [9, 4])
    #expect(Array(pool.status) == [STATUS_OUT_OF_PAGES, STATUS_OUT_OF_PAGES])
    #expect(Array(pool.table) == [UInt32](repeating: none, count: 6))
    pool.allocate([0, 0], nodes: [8, 4])
    #expect(Array(pool.status) == [STATUS_OK, STATUS_OUT_OF_PAGES])
    #expect(Array(pool.table) == [2, 3, none, none, none, none] && Array(pool.counts) == [5, 5, 1, 1, 5, 5])
    pool.allocate([0, 0xffff_fffe], nodes: [8, 9])
    #expect(Array(pool.status) == [STATUS_OK, STATUS_OUT_OF_PAGES])
  }
}
