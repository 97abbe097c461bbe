import ShaderInterface

/// Scored candidates from which trees of a batch are grown, and the draft model's own trees.
///
/// Candidate c = row * count + j is the j-th child offered by the node that row `row` stands for: row 0 is the root,
/// row r the candidate `rowParents[r]`. The draft model runs row r as node r of its own tree.
public struct TreeGrowth: Sendable {
  /// `[sequences][maximumRows][count]`
  public let tokens: Tensor<UInt32>
  /// Cumulative log-probabilities in nats or the keys of a stochastic beam, of the same shape; -infinity: no candidate.
  public let scores: Tensor<Float>
  /// Candidate of each row, `NO_NODE` for none; u32 `[sequences][maximumRows]`, as are the next two.
  public let rowParents: Tensor<UInt32>
  /// Token and parent of each node of the draft's trees, which lie `maximumRows` apart; the caller sets the roots.
  public let nodeTokens, nodeParents: Tensor<UInt32>
  /// Trees, rows of each over all depths, and candidates of a row, at most 256.
  public let sequences, maximumRows, count: Int

  /// Memory of the caller's.
  public init(
    tokens: Tensor<UInt32>, scores: Tensor<Float>, rowParents: Tensor<UInt32>, nodeTokens: Tensor<UInt32>,
    nodeParents: Tensor<UInt32>, sequences: Int, maximumRows: Int, count: Int
  ) {
    self.tokens = tokens
    self.scores = scores
    self.rowParents = rowParents
    self.nodeTokens = nodeTokens
    self.nodeParents = nodeParents
    self.sequences = sequences
    self.maximumRows = maximumRows
    self.count = count
  }

  /// Zeroed memory.
  public init(backend: any Backend, sequences: Int = 1, maximumRows: Int, count: Int) throws(BackendError) {
    try checkSizes(of: "TreeGrowth") { () throws(Refusal) in
      try Self.check(sequences: sequences, maximumRows: maximumRows, count: count)
    }
    let rows = sequences * maximumRows
    self.init(
      tokens: try backend.makeTensor(rows * count, "candidate tokens"),
      scores: try backend.makeTensor(rows * count, "candidate scores"),
      rowParents: try backend.makeTensor(rows, "candidate rows"),
      nodeTokens: try backend.makeTensor(rows, "draft tree tokens"),
      nodeParents: try backend.makeTensor(rows, "draft tree parents"), sequences: sequences,
      maximumRows: maximumRows, count: count)
  }
}

extension TreeGrowth {
  private static func check(sequences: Int, maximumRows: Int, count: Int) throws(Refusal) {
    try requireSizes(sequences, maximumRows, count)
    try require((1...65_535).contains(sequences), "\(sequences) sequences, 1 to 65535 are possible")
    try require(
      (1...Int(MAXIMUM_CANDIDATES)).contains(count),
      "\(count) candidates a row, 1 to \(MAXIMUM_CANDIDATES) are possible")
    try require(
      (1...Int(MAXIMUM_NODES)).contains(maximumRows),
      "\(maximumRows) rows, 1 to \(MAXIMUM_NODES) are possible")
  }

  /// Rows from one sequence's inputs to the next one's, and rows in all, of a depth.
  func inputs(rows: Int, first: Int, stride: Int?) throws(Refusal) -> (stride: Int, count: Int) {
    let stride = stride ?? first + rows
    try require(first + rows <= stride, "\(first) + \(rows) of \(stride) input rows")
    let count = (sequences - 1) * stride + first + rows
    try requireCount(count * self.count)
    return (stride, count)
  }

  func check(usesTokens: Bool = true) throws(Refusal) {
    try Self.check(sequences: sequences, maximumRows: maximumRows, count: count)
    if usesTokens { try require(tokens, sequences * maximumRows * count, "candidate tokens") }
    try require(scores, sequences * maximumRows * count, "candidate scores")
    try require(rowParents, sequences * maximumRows, "rowParents")
  }
}

extension CommandList {
  /// Records one depth's candidates with the sum of log-probabilities along their path, and makes the `width` best the
  /// rows of the next depth, best first, ties to the lowest candidate (EAGLE-2, Li et al. 2024).
  ///
  /// A score never exceeds its parent's, so the best candidates of all depths form a tree: `selectTree`. A path is
  /// summed from the root down; error at depth d: (d - 1) * 2^-24 of the score, and 2^-63 a depth.
  ///
  /// A draft model that runs over a batch with its sequences `maximumRows` apart leaves its rows so: `inputRows` is then
  /// `maximumRows` and `firstInput` the depth's first row. A head that takes the hidden row of each node's parent
  /// (EAGLE) finds it by `gatherRows` with `nodeParents` as sources, which count from each tree's root.
  /// - Parameters:
  ///   - logProbabilities: f32 `[sequences][inputRows][count]`, in nats, of the `candidates` of the same shape. A
  ///     candidate with `NO_TOKEN`, NaN or -infinity does not exist.
  ///   - firstRow: the first of the depth's rows.
  ///   - rows: of the depth; the next depth's follow them.
  ///   - width: at most 256; 0 after the last depth.
  ///   - accumulates: false where `logProbabilities` holds scores of whole paths, as `conditionKeys` writes them; one
  ///     above its parent's counts as its parent's.
  ///   - firstInput: which of a sequence's input rows is the depth's first.
  ///   - inputRows: rows that each sequence has in the inputs; nil: `firstInput + rows`.
  public func growTree(
    _ growth: TreeGrowth, logProbabilities: Tensor<Float>, candidates: Tensor<UInt32>, firstRow: Int,
    rows: Int, width: Int, accumulates: Bool = true, firstInput: Int = 0, inputRows: Int? = nil
  ) {
    call(.growTree) { kernel throws(Refusal) in
      try growth.check()
      try requireSizes(firstRow, rows, width, firstInput, inputRows ?? 0)
      try require(width <= Int(MAXIMUM_CANDIDATES), "width \(width), 0 to \(MAXIMUM_CANDIDATES) are possible")
      try require(
        rows >= 1 && firstRow + rows + width <= growth.maximumRows,
        "\(firstRow) + \(rows) + \(width) rows of \(growth.maximumRows)")
      let (stride, inputs) = try growth.inputs(rows: rows, first: firstInput, stride: inputRows)
      try require(logProbabilities, inputs * growth.count, "logProbabilities")
      try require(candidates, inputs * growth.count, "candidates")
      try require(growth.nodeTokens, growth.sequences * growth.maximumRows, "nodeTokens")
      try require(growth.nodeParents, growth.sequences * growth.maximumRows, "nodeParents")
      let p = ShaderInterface.GrowTree(
        sequences: UInt32(growth.sequences), firstRow: UInt32(firstRow), rows: UInt32(rows),
        maximumRows: UInt32(growth.maximumRows), count: UInt32(growth.count), width: UInt32(width),
        firstInput: UInt32(firstInput), inputRows: UInt32(stride), accumulates: accumulates ? 1 : 0)
      return Invocation(
        kernel, p,
        [
          .read(logProbabilities), .read(candidates), .readWrite(growth.tokens), .readWrite(growth.scores),
          .readWrite(growth.rowParents), .readWrite(growth.nodeTokens), .readWrite(growth.nodeParents),
        ],
        groups: (growth.sequences, 1))
    }
  }
}
