extension TreeShape {
  /// `tokens` draft tokens one after another; 0 gives the root alone.
  public static func chain(_ tokens: Int) throws(TreeError) -> TreeShape {
    guard tokens >= 0 else { throw .tooFew("draft tokens in a chain", tokens, least: 0) }
    return try branching([Int](repeating: 1, count: min(tokens, maximumNodes)))
  }

  /// A Cartesian tree: every node of depth d has `widths[d]` children, as of the candidates of blockwise heads.
  public static func branching(_ widths: [Int]) throws(TreeError) -> TreeShape {
    var parents = [-1]
    var level = 0..<1
    for (depth, width) in widths.enumerated() {
      guard (1...256).contains(width) else { throw .rankOutOfRange(node: parents.count, rank: width - 1) }
      let nodes = parents.count + level.count * width
      guard nodes <= maximumNodes, depth < maximumNodes else {
        throw .tooManyNodes(nodes, limit: maximumNodes)
      }
      for parent in level { parents += [Int](repeating: parent, count: width) }
      level = level.upperBound..<parents.count
    }
    return try TreeShape(parents: parents)
  }

  /// A sparse tree given as the child ranks from the root to each node, as Medusa and EAGLE-1 publish theirs.
  ///
  /// `[0, 2]` is the third candidate below the best first token. Nodes are put in breadth-first order.
  public static func paths(_ paths: [[Int]]) throws(TreeError) -> TreeShape {
    guard paths.count < maximumNodes else { throw .tooManyNodes(paths.count + 1, limit: maximumNodes) }
    let sorted = paths.sorted {
      $0.count == $1.count ? $0.lexicographicallyPrecedes($1) : $0.count < $1.count
    }
    var nodes: [[Int]: Int] = [[]: 0]
    var parents = [-1]
    var ranks = [0]
    for path in sorted {
      guard nodes[path] == nil else { throw .repeatedPath(path) }
      let prefix = Array(path.dropLast())
      guard let parent = nodes[prefix] else { throw .missingPath(prefix) }
      nodes[path] = parents.count
      parents.append(parent)
      ranks.append(path[path.count - 1])
    }
    return try TreeShape(parents: parents, ranks: ranks)
  }
}

extension TokenTree {
  /// Draft chains side by side below the root, one after another; with `merging`, common beginnings share nodes.
  ///
  /// Merging is what packed beams and lookahead pools need: a shared prefix is scored once.
  public init(root: UInt32, chains: [[UInt32]], merging: Bool = false, vocabulary: Int) throws(TreeError) {
    var parents = [-1]
    var tokens = [root]
    var known: [[Int]: Int] = [:]
    for chain in chains {
      var node = 0
      for token in chain {
        let key = [node, Int(token)]
        if merging, let shared = known[key] {
          node = shared
          continue
        }
        parents.append(node)
        tokens.append(token)
        node = parents.count - 1
        known[key] = node
      }
    }
    try self.init(parents: parents, tokens: tokens, vocabulary: vocabulary)
  }

  /// One parent's candidates while a tree grows.
  public struct CandidateRow: Sendable, Hashable {
    /// Index of the parent among all candidates so far, rows one after another; nil for the root.
    public var parent: Int?
    /// The candidates, of the shape of ``scores``.
    public var tokens: [UInt32]
    /// Cumulative along the path, so a child never scores above its parent.
    public var scores: [Float]

    /// One score a token.
    public init(parent: Int?, tokens: [UInt32], scores: [Float]) {
      self.parent = parent
      self.tokens = tokens
      self.scores = scores
    }
  }

  /// The `nodes` - 1 candidates of the greatest cumulative score and the root (EAGLE-2, Li et al. 2024), as `selectTree`
  /// takes them on a device.
  ///
  /// Ties go to the earlier candidate. A candidate whose score is NaN or -infinity does not exist, so that fewer nodes may come
  /// out. This ranks tokens after they were chosen, so it belongs to deterministic candidates with greedy, pick or one-hot
  /// verification: under rejection sampling of drawn tokens it biases the output.
  /// - Parameter nodes: at least 1, the root.
  /// - Throws: ``TreeError/scoresDiffer(row:tokens:scores:)``, ``TreeError/tooFew(_:_:least:)``, and
  ///   ``TreeError/missingParent(node:parent:)`` where scores rise along a path, so that a parent is not kept.
  public init(root: UInt32, best nodes: Int, of rows: [CandidateRow], vocabulary: Int) throws(TreeError) {
    guard nodes >= 1 else { throw .tooFew("nodes of the best candidates, root included", nodes, least: 1) }
    for (index, row) in rows.enumerated() where row.tokens.count != row.scores.count {
      throw .scoresDiffer(row: index, tokens: row.tokens.count, scores: row.scores.count)
    }
    let candidates = rows.flatMap { row in zip(row.tokens, row.scores).map { (row.parent, $0, $1) } }
    let selected = candidates.indices.filter { candidates[$0].2 > -.infinity }
      .sorted { (-candidates[$0].2, $0) < (-candidates[$1].2, $1) }
      .prefix(nodes - 1).sorted()
    let node = Dictionary(uniqueKeysWithValues: selected.enumerated().map { ($1, $0 + 1) })
    var parents = [-1]
    for candidate in selected {
      guard let parent = candidates[candidate].0 else {
        parents.append(0)
        continue
      }
      guard let position = node[parent] else {
        throw .missingParent(node: parents.count, parent: parent)
      }
      parents.append(position)
    }
    try self.init(
      parents: parents, tokens: [root] + selected.map { candidates[$0].1 }, vocabulary: vocabulary)
  }
}
