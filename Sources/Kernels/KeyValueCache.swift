import ShaderInterface

/// How keys and values are stored.
public enum KeyValueFormat: String, Sendable, CaseIterable {
  /// Two elements a word, each rounded to nearest even.
  case f16, bf16
  /// Signed bytes with an f16 scale a block of 32 columns; heads are multiples of 8, and a row's last block may be shorter.
  ///
  /// The bytes are not those of ggml's `quantize_row_q8_0`: elements are divided by the scale as f16 holds it, not by
  /// the one before that rounding, and halves are rounded up, not away from zero (<doc:Contract>).
  case q8 = "q8_0"

  var code: U32 {
    switch self {
    case .f16: CACHE_F16
    case .bf16: CACHE_BF16
    case .q8: CACHE_Q8
    }
  }

  /// Columns of a head, and so of a row, are a multiple of this, so that no load crosses a block.
  var step: Int { self == .q8 ? 8 : 2 }

  /// 32-bit words of one slot's keys or values; `Int.max`, which no memory has, below 0 columns.
  public func rowWords(keyColumns: Int) -> Int {
    let elements = SizeArithmetic.groups(of: self == .q8 ? 4 : 2, holding: keyColumns)
    if self != .q8 { return elements }
    // Bytes, then two scales a word, in multiples of 16 bytes.
    let scales = SizeArithmetic.groups(of: 2 * Int(CACHE_Q8_BLOCK), holding: keyColumns)
    let quads = SizeArithmetic.groups(of: 4, holding: SizeArithmetic.sum(elements, scales))
    return SizeArithmetic.product(quads, 4)
  }

  /// A cache may have these sizes.
  func check(slots: Int, keyColumns: Int) throws(Refusal) {
    try requireSizes(slots, keyColumns)
    try require(
      slots >= 1 && keyColumns >= 2, "a cache of \(slots) slots of \(keyColumns) key columns, at least 1 of 2"
    )
    try require(
      keyColumns % step == 0,
      "a cache of \(keyColumns) key columns in \(rawValue), multiples of \(step) are possible")
  }
}

/// Where the slots of each sequence lie: slot t in physical slot `entries[sequence][t / pageSize] * pageSize + t %
/// pageSize`.
///
/// An entry that is not below the cache's pages means that its slots are missing: nothing is stored there, and
/// attention gives them no weight. Forking a sequence shares entries; a page that is written must be one sequence's
/// own.
public struct PageTable: Sendable {
  /// u32 `[sequences][pagesPerSequence]`
  public let entries: Tensor<UInt32>
  /// Slots a page.
  public let pageSize: Int
  /// At most the cache's pages.
  public let pagesPerSequence: Int

  /// Memory of the caller's, with `NO_PAGE` or page numbers in it.
  public init(entries: Tensor<UInt32>, pageSize: Int, pagesPerSequence: Int) {
    self.entries = entries
    self.pageSize = pageSize
    self.pagesPerSequence = pagesPerSequence
  }
}

/// Keys and values of one layer, bound apart: each may be as large as the device's largest binding.
public struct KeyValueCache: Sendable {
  /// Words `[slots][rowWords]`.
  public let keys: Tensor<UInt32>
  /// Words `[slots][rowWords]`.
  public let values: Tensor<UInt32>
  /// Of all pages and sequences together.
  public let slots: Int
  /// Key heads times head size.
  public let keyColumns: Int
  /// How elements are stored.
  public let format: KeyValueFormat
  /// Nil where one sequence has all slots in order.
  public let pages: PageTable?

  /// Memory of the caller's.
  public init(
    keys: Tensor<UInt32>, values: Tensor<UInt32>, slots: Int, keyColumns: Int, format: KeyValueFormat = .f16,
    pages: PageTable? = nil
  ) {
    self.keys = keys
    self.values = values
    self.slots = slots
    self.keyColumns = keyColumns
    self.format = format
    self.pages = pages
  }

  /// Zeroed memory for `slots` slots.
  ///
  /// - Throws: ``BackendError/invalidCall(kernel:reason:)`` for sizes that no call takes: below 1 slot or 2 key columns,
  ///   and key columns that are odd, or no multiple of 8 in ``KeyValueFormat/q8``.
  public init(
    backend: any Backend, slots: Int, keyColumns: Int, format: KeyValueFormat = .f16, pages: PageTable? = nil,
    label: String
  ) throws(BackendError) {
    try checkSizes(of: "KeyValueCache") { () throws(Refusal) in
      try format.check(slots: slots, keyColumns: keyColumns)
    }
    let count = slots * format.rowWords(keyColumns: keyColumns)
    self.init(
      keys: try backend.makeTensor(count, "\(label) keys"),
      values: try backend.makeTensor(count, "\(label) values"), slots: slots, keyColumns: keyColumns,
      format: format, pages: pages)
  }

  var rowWords: Int { format.rowWords(keyColumns: keyColumns) }

  /// Parts of a row's key and value that one invocation stores: pairs of columns, or those that share a word of scales.
  var rowUnits: Int { Self.rowUnits(keyColumns: keyColumns, format: format.code) }

  static func rowUnits(keyColumns: Int, format: U32) -> Int {
    let columns = format == CACHE_Q8 ? 2 * Int(CACHE_Q8_BLOCK) : 2
    return (keyColumns + columns - 1) / columns
  }

  /// Slots that one sequence may have; `Int.max` for pages whose sizes no cache has.
  public var capacity: Int {
    pages.map { SizeArithmetic.product($0.pagesPerSequence, $0.pageSize) } ?? slots
  }

  var pageSize: U32 { U32(pages?.pageSize ?? 0) }
  var pagesPerSequence: U32 { U32(pages?.pagesPerSequence ?? 0) }

  /// What is bound for the page table: kernels do not read it without pages.
  func pages(or other: Tensor<UInt32>) -> Tensor<UInt32> { pages?.entries ?? other }

  /// A row is that of all key heads.
  func check(keyHeads: Int, headSize: Int) throws(Refusal) {
    try require(
      keyColumns == keyHeads * headSize,
      "cache of \(keyColumns) key columns, \(keyHeads) key heads of \(headSize) have \(keyHeads * headSize)")
  }

  /// Keys and values hold the slots, and each of the sequences has a place for its own.
  func check(sequences: Int = 1) throws(Refusal) {
    try format.check(slots: slots, keyColumns: keyColumns)
    try require(keys, slots * rowWords, "keys")
    try require(values, slots * rowWords, "values")
    guard let pages else {
      return try require(sequences == 1, "\(sequences) sequences in a cache without pages")
    }
    try requireSizes(pages.pageSize, pages.pagesPerSequence)
    try require(
      pages.pageSize >= 1 && pages.pagesPerSequence >= 1 && slots % pages.pageSize == 0 && capacity <= slots,
      "\(pages.pagesPerSequence) pages of \(pages.pageSize) of \(slots) slots")
    try require(pages.entries, sequences * pages.pagesPerSequence, "pages")
  }
}
