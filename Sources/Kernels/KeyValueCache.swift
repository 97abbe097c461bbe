import ShaderInterface

/// How keys and values are stored.
public enum KeyValueFormat: String, Sendable, CaseIterable {
  case f16, bf16
  /// Signed bytes with an f16 scale a block of 32 columns.
  case q8 = "q8_0"

  var code: U32 {
    switch self {
    case .f16: CACHE_F16
    case .bf16: CACHE_BF16
    case .q8: CACHE_Q8
    }
  }

  /// 32-bit words of one slot's keys or values.
  public func rowWords(keyColumns: Int) -> Int {
    switch self {
    case .f16, .bf16: keyColumns / 2
    // Bytes, then two scales a word, in multiples of 16 bytes.
    case .q8: (keyColumns / 4 + (keyColumns / Int(CACHE_Q8_BLOCK) + 1) / 2 + 3) / 4 * 4
    }
  }
}

/// Where the slots of each sequence lie: slot t in physical slot `entries[sequence][t / pageSize] * pageSize + t % pageSize`.
///
/// An entry that is not below the cache's pages means that its slots are missing: nothing is stored there, and attention
/// gives them no weight. Forking a sequence shares entries; a page that is written must be one sequence's own.
public struct PageTable: Sendable {
  /// u32 `[sequences][pagesPerSequence]`
  public let entries: Tensor<UInt32>
  /// Slots a page.
  public let pageSize: Int
  public let pagesPerSequence: Int

  public init(entries: Tensor<UInt32>, pageSize: Int, pagesPerSequence: Int) {
    require(
      pageSize > 0 && pagesPerSequence > 0 && pageSize * pagesPerSequence <= Int(UInt32.max) / 2, "PageTable",
      "\(pagesPerSequence) pages of \(pageSize) slots")
    require(entries, pagesPerSequence, "PageTable", "entries")
    self.entries = entries
    self.pageSize = pageSize
    self.pagesPerSequence = pagesPerSequence
  }
}

/// Keys and values of one layer: words `[2][slots][rowWords]`.
public struct KeyValueCache: Sendable {
  public let words: Tensor<UInt32>
  /// Of all pages and sequences together.
  public let slots: Int
  /// Key heads times head size.
  public let keyColumns: Int
  public let format: KeyValueFormat
  /// Nil where one sequence has all slots in order.
  public let pages: PageTable?

  public init(
    words: Tensor<UInt32>, slots: Int, keyColumns: Int, format: KeyValueFormat = .f16, pages: PageTable? = nil
  ) {
    let rowWords = format.rowWords(keyColumns: keyColumns)
    require(
      keyColumns % (format == .q8 ? Int(CACHE_Q8_BLOCK) : 2) == 0, "KeyValueCache",
      "\(keyColumns) key columns in \(format)")
    require(words, 2 * slots * rowWords, "KeyValueCache", "words")
    require(
      slots > 0 && pages.map { slots % $0.pageSize == 0 } ?? true, "KeyValueCache",
      "\(slots) slots in pages of \(pages?.pageSize ?? 0)")
    self.words = words
    self.slots = slots
    self.keyColumns = keyColumns
    self.format = format
    self.pages = pages
  }

  public init(
    backend: any Backend, slots: Int, keyColumns: Int, format: KeyValueFormat = .f16, pages: PageTable? = nil,
    label: String
  ) throws(BackendError) {
    let count = 2 * slots * format.rowWords(keyColumns: keyColumns)
    self.init(
      words: try backend.makeTensor(count, label), slots: slots, keyColumns: keyColumns, format: format,
      pages: pages)
  }

  var rowWords: Int { format.rowWords(keyColumns: keyColumns) }

  /// Slots that one sequence may have.
  var capacity: Int { pages.map { $0.pagesPerSequence * $0.pageSize } ?? slots }

  var pageSize: U32 { U32(pages?.pageSize ?? 0) }
  var pagesPerSequence: U32 { U32(pages?.pagesPerSequence ?? 0) }

  /// What is bound for the page table: kernels do not read it without pages.
  func pages(or state: Tensor<UInt32>) -> Tensor<UInt32> { pages?.entries ?? state }

  /// Traps unless each of the sequences has a place for its slots.
  func check(sequences: U32, _ kernel: String) {
    guard let pages else {
      require(sequences == 1, kernel, "\(sequences) sequences in a cache without pages")
      return
    }
    require(pages.entries, Int(sequences) * pages.pagesPerSequence, kernel, "pages")
  }
}
