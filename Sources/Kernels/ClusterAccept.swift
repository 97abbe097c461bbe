import ShaderInterface

/// Which tokens count as one with a drafted token: those next to it in the target's ranking, about as likely and alike.
///
/// The published settings are the defaults (grouped speculative decoding, So et al., arXiv 2508.07747). The authors'
/// code takes one rank fewer above than below, and the token alone where fewer than seven rank below it; here a side
/// that is too short gives what it has.
public struct TokenCluster: Sendable {
  /// Neighbours on each side, 0 to 32; 0: the token alone, which is the test of token rejection.
  public var ranks: Int
  /// A neighbour's probability differs by less than this, 0 to 1, in units of 2^-30.
  public var tolerance: Double
  /// Embeddings, f32 `[vocabulary][columns]`; nil: any neighbour is alike.
  public var table: Tensor<Float>?
  /// Of an embedding, up to 16,384.
  public var columns: Int
  /// The square of the distance between two embeddings that are alike is less than this.
  public var squaredDistance: Float

  /// The published settings, for tokens that are alike whatever their embeddings.
  public init(
    ranks: Int = 7, tolerance: Double = 0.15, table: Tensor<Float>? = nil, columns: Int = 0,
    squaredDistance: Float = 0.5
  ) {
    self.ranks = ranks
    self.tolerance = tolerance
    self.table = table
    self.columns = columns
    self.squaredDistance = squaredDistance
  }

  fileprivate func check(vocabulary: Int) throws(Refusal) {
    try requireSizes(ranks, columns)
    try require(ranks <= Int(CLUSTER_RANKS), "\(ranks) ranks, at most \(CLUSTER_RANKS) are possible")
    try require((0...1).contains(tolerance), "a tolerance of \(tolerance), 0 to 1 are possible")
    try require(!squaredDistance.isNaN, "a squared distance of \(squaredDistance)")
    try require((table == nil) == (columns == 0), "\(columns) columns of embeddings; a table has some")
    try require(
      columns <= Int(CLUSTER_COLUMNS), "\(columns) columns, at most \(CLUSTER_COLUMNS) are possible")
    if let table { try require(table, vocabulary * columns, "table") }
  }
}

extension CommandList {
  /// Whether each tree node passes by the mass of the cluster of tokens around its own, on its parent's rows. Lossy:
  /// the law is not the target's.
  ///
  /// A node passes with probability min(1, p(G) / q(G)), G its token's cluster, decided in integers with the random
  /// number that `verifySiblings` takes for that child. A token to which the target gives no weight passes if its
  /// cluster does; one to which the draft gives none never does. Children of a node are tested each on its own, so this
  /// is the published rule on a chain (So et al., 2025). Sums of weights are integers; a distance is summed by column.
  ///
  /// `verifyAccepted` ends the round. What follows a node with children is drawn from the plain residual, norm(max(p -
  /// q, 0)), in a stream of its own; what follows one without, from the target:
  ///
  /// ```swift
  /// list.combineDistributions(target, draft, .residual, out: residual, mass: mass, rows: nodes)
  /// list.drawTarget(residual, depths: tree.depths, state: tree.state, out: picks, count: nodes, stream: 1)
  /// list.drawTarget(target, depths: tree.depths, state: tree.state, out: ends, count: nodes)
  /// list.clusterAccept(cluster, target: target, draft: draft, tree: tree, accept: accept, score: score)
  /// list.verifyAccepted(accept, score: score, picks: picks, endPicks: ends, tree: tree)
  /// ```
  ///
  /// The window of a speculative Jacobi loop is drawn with `drawTarget` at these very positions, in stream 0. A token
  /// drawn from the residual with the same number would depend on the one that was rejected, and the law would not be
  /// the target's even with `ranks` 0. After a rejection the rest of the window is drawn anew, in stream 0 again, from
  /// the target's rows of this round, which are the next round's draft.
  /// - Parameters:
  ///   - target: a row a node, `[nodes][vocabulary]`.
  ///   - draft: likewise a row a node; those of nodes without children
  ///     are not read.
  ///   - tree: tokens, parents, state and the depths that `treeLayout` writes are read.
  ///   - batch: the sequences of the nodes; nil for one sequence.
  ///   - accept: u32 `[nodes]`, 0 or 1.
  ///   - score: f32 `[nodes]`, the target's log-probabilities of the clusters in nats, to 2^-18; NaN for a node without
  ///     a parent or with a token that the draft cannot have drawn.
  ///   - stream: of random numbers, as `verifySiblings` has it.
  public func clusterAccept(
    _ cluster: TokenCluster, target: DistributionRows, draft: DistributionRows, tree: TreeBuffers,
    batch: SequenceBatch? = nil, accept: Tensor<UInt32>, score: Tensor<Float>, stream: Int = 0
  ) {
    call(.clusterAccept) { kernel throws(Refusal) in
      try requireStream(stream, below: RANDOM_STREAMS)
      try tree.check(\.tokens, \.parents, \.depths, usesResult: false, sequences: batch.sequences)
      let nodes = tree.tokens.count
      try requireSizes(nodes)
      try batch.check(state: tree.state, rows: nodes)
      try require(tree.parents, nodes, "parents")
      try require(tree.depths, nodes, "depths")
      try target.check(rows: nodes, "target")
      try draft.check(rows: nodes, "draft")
      let vocabulary = target.vocabulary
      try require(
        draft.vocabulary == vocabulary, "draft vocabulary \(draft.vocabulary), target \(vocabulary)")
      try cluster.check(vocabulary: vocabulary)
      try require(accept, nodes, "accept")
      try require(score, nodes, "score")
      let unit = Double(UInt32(1) << CLUSTER_TOLERANCE_BITS)
      let p = ShaderInterface.ClusterAccept(
        capacity: UInt32(nodes), sequences: UInt32(batch.sequences), vocabulary: UInt32(vocabulary),
        ranks: UInt32(cluster.ranks), tolerance: UInt32((cluster.tolerance * unit).rounded()),
        columns: UInt32(cluster.columns), squaredDistance: cluster.squaredDistance, stream: UInt32(stream))
      return Invocation(
        kernel, p,
        [
          .read(target.weights), .read(target.totals), .read(draft.weights), .read(draft.totals),
          cluster.table.map { .read($0) } ?? .read(tree.state), .read(tree.tokens), .read(tree.parents),
          .read(tree.depths), .read(batch.owners(or: tree.state)), .read(tree.state), .write(accept),
          .write(score),
        ],
        groups: (nodes, 1), specialization: walkLanes(vocabulary))
    }
  }
}
