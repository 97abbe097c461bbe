import ShaderInterface

/// Shape of a layer's recurrence: a state of `stateSize` x `headSize` a head.
///
/// Selective state spaces and gated linear attention differ in what they call things:
/// - Mamba-2 (Dao and Gu, 2024), STree: value = dt * x, key = B, query = C, one decay a head, dt * A.
/// - Mamba (Gu and Dao, 2023): heads = channels, headSize 1, value = dt * x, decays = stateSize, dt * A.
/// - Gated linear attention (Yang et al., 2023), RWKV-like gates: groups = heads, decays = stateSize, log of the gate.
/// - RetNet, lightning attention: one constant decay a head. Linear attention: decay 0.
public struct ScanShape: Sendable, Hashable {
  /// A head's value has `headSize` elements, a group's key and query `stateSize`; head h reads group h / (heads /
  /// groups).
  public let heads, headSize, stateSize, groups: Int
  /// Log-decays a head: 1, or `stateSize`.
  public let decays: Int

  /// One decay a head unless said otherwise; sizes are checked by the calls.
  public init(heads: Int, headSize: Int, stateSize: Int, groups: Int, decays: Int = 1) {
    self.heads = heads
    self.headSize = headSize
    self.stateSize = stateSize
    self.groups = groups
    self.decays = decays
  }

  /// Elements of one state, `[heads][stateSize][headSize]`; `Int.max`, which no memory has, for a size below 0 and for counts
  /// beyond `Int`.
  public var stateCount: Int { SizeArithmetic.product(heads, stateSize, headSize) }

  func check() throws(Refusal) {
    try requireSizes(heads, headSize, stateSize, groups, decays)
    try require(
      headSize >= 1 && stateSize >= 1 && groups >= 1 && heads >= 1 && heads % groups == 0,
      "\(heads) heads of \(headSize), \(groups) groups of \(stateSize)")
    try require(
      stateSize <= Int(MAXIMUM_STATE_SIZE), "states of \(stateSize), at most \(MAXIMUM_STATE_SIZE)")
    try require(decays == 1 || decays == stateSize, "\(decays) decays for states of \(stateSize)")
    try requireStateCount(stateCount)
  }
}

/// Elements of one state, which gatherState takes 64 a group.
func requireStateCount(_ count: Int) throws(Refusal) {
  try require(
    count >= 1 && count <= 64 * 65_535, "a state of \(count) elements, 1 to \(64 * 65_535) are possible")
}

/// Where the operands of `treeScan` lie in wider rows; nil: in rows of these columns alone.
public struct ScanColumns: Sendable, Hashable {
  /// Of `groups * stateSize` columns each.
  public var query, key: RowColumns?
  /// Of `heads * headSize` columns.
  public var value: RowColumns?
  /// Of `heads * decays` columns.
  public var decay: RowColumns?

  /// Rows of each operand alone, unless said otherwise.
  public init(
    query: RowColumns? = nil, key: RowColumns? = nil, value: RowColumns? = nil, decay: RowColumns? = nil
  ) {
    self.query = query
    self.key = key
    self.value = value
    self.decay = decay
  }
}

/// The rows that recurrent kernels run over.
///
/// A sequence alone has the rows 0 ..< ``count``, whatever its `STATE_NODES`: a last, shorter slice of a prompt takes a
/// smaller count. In a batch a sequence has `STATE_NODES` rows, and rows of none get no results.
public struct RecurrentRows: Sendable {
  /// In flight, of all sequences.
  public let count: Int
  /// u32 `[sequences][STATE_WORDS]`
  public let state: Tensor<UInt32>
  /// Parent of each row, local to its sequence, u32 `[count]`; nil where rows follow one another.
  public let parents: Tensor<UInt32>?
  /// The sequences of the rows; nil for one sequence.
  public let batch: SequenceBatch?

  /// Rows that follow one another, of one sequence, unless said otherwise.
  public init(
    count: Int, state: Tensor<UInt32>, parents: Tensor<UInt32>? = nil, batch: SequenceBatch? = nil
  ) {
    self.count = count
    self.state = state
    self.parents = parents
    self.batch = batch
  }

  var sequences: Int { batch.sequences }

  func check() throws(Refusal) {
    try requireSizes(count)
    try require(count >= 1, "no rows")
    try batch.check(state: state, rows: count)
    if let parents { try require(parents, count, "parents") }
  }
}

extension CommandList {
  /// Linear recurrence with decay along the ancestors of each row: state = exp(decay) * parent's state + value * key,
  /// output = query * state, in contract arithmetic.
  ///
  /// A row of a tree gives the bits of the same row on a chain. The root follows the committed state. Sums over the
  /// state run in chunks of 32, so an output differs from the exact one by at most (5 * steps + stateSize + 2) * 2^-24
  /// times the sum of the magnitudes of its terms, steps = rows since the committed state, beside what the flush of
  /// magnitudes below 2^-64 costs.
  /// - Parameters:
  ///   - query: f32 `[rows][groups][stateSize]`.
  ///   - key: f32 `[rows][groups][stateSize]`.
  ///   - value: f32 `[rows][heads][headSize]`.
  ///   - decay: f32 `[rows][heads][decays]`, natural logarithms; above 0 counts as 0.
  ///   - columns: where query, key, value and decay lie in wider rows.
  ///   - rows: which ancestors each row has.
  ///   - shape: heads, their sizes, and groups of them.
  ///   - committed: f32 `[sequences][heads][stateSize][headSize]`. Rows without parents follow one another and replace
  ///     it.
  ///   - states: f32 `[rows][heads][stateSize][headSize]`, the state after each row of a tree, for `gatherState`.
  ///   - out: f32 `[rows][heads][headSize]`.
  ///   - lanesPerColumn: lanes that share an element of a value: 1, 2 or 4; nil leaves it to the device. Never changes
  ///     bits.
  public func treeScan(
    query: Tensor<Float>, key: Tensor<Float>, value: Tensor<Float>, decay: Tensor<Float>,
    columns: ScanColumns = ScanColumns(), rows: RecurrentRows, shape: ScanShape, committed: Tensor<Float>,
    states: Tensor<Float>? = nil, out: Tensor<Float>, significantBits: UInt32 = 24,
    lanesPerColumn: Int? = nil
  ) {
    call(.treeScan) { kernel throws(Refusal) in
      let isTree = rows.parents != nil
      try rows.check()
      try shape.check()
      try require(isTree == (states != nil), "a tree has parents and states, rows in order have neither")
      try requireSignificantBits(significantBits)
      try require(
        lanesPerColumn.map { [1, 2, 4].contains($0) } ?? true,
        "\(lanesPerColumn ?? 0) lanes a column; 1, 2 and 4 are possible")
      let (inner, outer) = (shape.groups * shape.stateSize, shape.heads * shape.headSize)
      let queries = try columns.query.check(inner, of: query, rows: rows.count, "query")
      let keys = try columns.key.check(inner, of: key, rows: rows.count, "key")
      let values = try columns.value.check(outer, of: value, rows: rows.count, "value")
      let logarithms = try columns.decay.check(
        shape.heads * shape.decays, of: decay, rows: rows.count, "decay")
      try require(committed, rows.sequences * shape.stateCount, "committed")
      try require(out, rows.count * outer, "out")
      if let states { try require(states, rows.count * shape.stateCount, "states") }
      let p = ShaderInterface.TreeScan(
        sequences: UInt32(rows.sequences), rows: UInt32(rows.count), heads: UInt32(shape.heads),
        headSize: UInt32(shape.headSize), stateSize: UInt32(shape.stateSize), groups: UInt32(shape.groups),
        decays: UInt32(shape.decays), isTree: isTree ? 1 : 0, significantBits: significantBits,
        queryStride: queries.stride, queryFirst: queries.first, keyStride: keys.stride, keyFirst: keys.first,
        valueStride: values.stride, valueFirst: values.first, decayStride: logarithms.stride,
        decayFirst: logarithms.first)
      return Invocation(
        kernel, p,
        [
          .read(query), .read(key), .read(value), .read(decay), .read(rows.parents ?? rows.state),
          .read(rows.state), .readWrite(committed), states.map { .readWrite($0) } ?? .standIn(out),
          .write(out),
        ],
        groups: ((shape.heads * shape.headSize + 63) / 64, rows.sequences),
        specialization: lanesPerColumn.map { [64 * UInt32($0)] } ?? [])
    }
  }
}
