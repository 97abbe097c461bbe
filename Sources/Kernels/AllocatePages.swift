import ShaderInterface

/// The page tables of a batch, and which pages of the pool are free.
///
/// Slot t of sequence s lies in page `table[s][t / pageSize]` of the pool, at `t % pageSize`. Pages are shared after
/// `forkPages` until somebody is about to write to one.
public struct PagePool: Sendable {
  /// u32 `[sequences][pagesPerSequence]`, `NO_PAGE` where there is none.
  public let table: Tensor<UInt32>
  /// Entries that name each page, u32 `[pages]`; 0: free.
  public let counts: Tensor<UInt32>
  /// u32 `[2][pages]`
  public let scratch: Tensor<UInt32>
  /// Pages to copy, from and to, u32 `[sequences][2]`; `NO_PAGE` for none.
  public let copies: Tensor<UInt32>
  /// u32 `[sequences]`: `STATUS_OUT_OF_PAGES` where `allocatePages` gave nothing.
  public let status: Tensor<UInt32>
  /// Sequences that share the pool, pages of it, entries of a sequence's table, and slots of a page.
  public let sequences, pages, pagesPerSequence, pageSize: Int

  /// Memory of the caller's.
  public init(
    table: Tensor<UInt32>, counts: Tensor<UInt32>, scratch: Tensor<UInt32>, copies: Tensor<UInt32>,
    status: Tensor<UInt32>, sequences: Int, pages: Int, pagesPerSequence: Int, pageSize: Int
  ) {
    self.table = table
    self.counts = counts
    self.scratch = scratch
    self.copies = copies
    self.status = status
    self.sequences = sequences
    self.pages = pages
    self.pagesPerSequence = pagesPerSequence
    self.pageSize = pageSize
  }

  /// A pool whose pages are all free.
  public init(
    backend: any Backend, sequences: Int, pages: Int, pagesPerSequence: Int, pageSize: Int
  ) throws(BackendError) {
    try checkSizes(of: "PagePool") { () throws(Refusal) in
      try Self.check(
        sequences: sequences, pages: pages, pagesPerSequence: pagesPerSequence, pageSize: pageSize)
    }
    let entries = sequences * pagesPerSequence
    self.init(
      table: try backend.makeTensor([UInt32](repeating: NO_PAGE, count: entries), "page table"),
      counts: try backend.makeTensor(pages, "page counts"),
      scratch: try backend.makeTensor(2 * pages, "page scratch"),
      copies: try backend.makeTensor(2 * sequences, "page copies"),
      status: try backend.makeTensor(sequences, use: .readback, "page status"), sequences: sequences,
      pages: pages, pagesPerSequence: pagesPerSequence, pageSize: pageSize)
  }

  private static func check(
    sequences: Int, pages: Int, pagesPerSequence: Int, pageSize: Int
  ) throws(Refusal) {
    try requireSizes(sequences, pages, pagesPerSequence, pageSize)
    try require(
      pages >= 1 && pagesPerSequence >= 1 && pageSize >= 1 && pagesPerSequence * pageSize <= 1 << 31,
      "\(pages) pages of \(pageSize) slots, \(pagesPerSequence) a sequence")
    try requireCount(sequences * pagesPerSequence)
  }

  func check(state: Tensor<UInt32>) throws(Refusal) {
    try Self.check(
      sequences: sequences, pages: pages, pagesPerSequence: pagesPerSequence, pageSize: pageSize)
    try requireBatch(sequences, state: state, nodes: 1, capacity: 0)
    try require(table, sequences * pagesPerSequence, "page table")
    try require(counts, pages, "page counts")
  }
}

extension CommandList {
  /// Gives each sequence pages of its own for the `rows` slots behind its committed ones, before they are written.
  ///
  /// Sequences are served in order, each wholly or not at all; pages lowest first. An entry whose page is shared gets a
  /// new one; if it holds committed slots, `copyPages` must follow, for every cache of the pool. A sequence without rows
  /// takes no page. Exact (pages and their sharing: Kwon et al., 2023).
  ///
  /// A sequence that was not served (``PagePool/status``) must not write in this round: its last page may be another's
  /// too. With `sitsOut` a sequence of a batch has no rows left that could.
  ///
  /// A sequence that waits for pages keeps all later ones that need some waiting; one that does not fit its table does
  /// not.
  /// - Parameters:
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - rows: nil for the nodes of each sequence's tree, `STATE_NODES`.
  ///   - sitsOut: sets the `STATE_NODES` of a sequence that is not served to 0, so that in a batch it sits out the round
  ///     without the host. They stay 0, and later calls find nothing to serve, until a call that builds trees or the
  ///     host gives it nodes again.
  public func allocatePages(
    _ pool: PagePool, state: Tensor<UInt32>, rows: Int? = nil, sitsOut: Bool = false
  ) {
    call(.allocatePages) { kernel throws(Refusal) in
      try pool.check(state: state)
      try require(pool.scratch, 2 * pool.pages, "page scratch")
      try require(pool.copies, 2 * pool.sequences, "page copies")
      try require(pool.status, pool.sequences, "page status")
      if let rows {
        try requireSizes(rows)
        try require(rows >= 1, "no rows")
      }
      let p = ShaderInterface.AllocatePages(
        sequences: UInt32(pool.sequences), pages: UInt32(pool.pages),
        pagesPerSequence: UInt32(pool.pagesPerSequence), pageSize: UInt32(pool.pageSize),
        rows: UInt32(rows ?? 0), sitsOut: sitsOut ? 1 : 0)
      return Invocation(
        kernel, p,
        [
          .readWrite(state), .readWrite(pool.table), .readWrite(pool.counts), .readWrite(pool.scratch),
          .write(pool.copies), .write(pool.status),
        ],
        groups: (1, 1), specialization: walkLanes(max(pool.pages, pool.sequences)))
    }
  }
}
