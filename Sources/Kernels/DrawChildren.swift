import ShaderInterface

/// What a drafted token's random number is keyed by.
public enum DraftKeys: UInt32, Sendable, CaseIterable {
  /// Its position and its rank among its siblings, whatever the tree: for rules that never look below a rejected node.
  case position = 0
  /// Its round and its node: for `verifyTraversal`, which decides on a
  /// node by what was drawn below it, so that neither its cousins nor the next round may draw the same numbers.
  case node = 1
}

extension CommandList {
  /// Draws the children of `parents` tree nodes of one depth from their draft rows, as many for each.
  ///
  /// Exact: a draw is an integer below the row's total, so the law is that of the weights (with replacement as
  /// SpecInfer, Miao et al., 2024, without as Sequoia, Chen et al., 2024).
  /// - Parameters:
  ///   - rows: draft distributions, row `firstParent + i` for parent i; in a batch counted from each sequence's first
  ///     node.
  ///   - tokens: u32 `[nodes]`, packed alike; child j of parent i is node `firstChild + i * children + j`, `NO_TOKEN`
  ///     once the row is used up.
  ///   - replacement: independent draws, or each token at most once.
  ///   - keys: which random numbers are drawn.
  ///   - stream: of random numbers, 0 to 2^24 - 1. Drafters that draw children of the same node under the same seed and
  ///     keys take different streams, or their tokens are not independent.
  ///   - sequences: each with its state, u32 `[sequences][STATE_WORDS]`; parents and children beyond the arrays are left
  ///     out, in a batch also those beyond the nodes that the sequence's state gives it.
  public func drawChildren(
    _ rows: DistributionRows, state: Tensor<UInt32>, tokens: Tensor<UInt32>, parents: Int, children: Int,
    replacement: Bool, firstParent: Int, firstChild: Int, childDepth: Int,
    keys: DraftKeys = .position, sequences: Int = 1, stream: Int = 0
  ) {
    call(.drawChildren) { kernel throws(Refusal) in
      try requireSizes(firstChild, parents, children)
      try require(tokens, firstChild + parents * children, "tokens")
      let drawn = DrawnNodes(
        firstParent: firstParent, parents: parents, children: children, childDepth: childDepth,
        firstChild: firstChild, capacity: tokens.count)
      return try drawn.call(
        kernel, rows, state, tokens, state, replacement: replacement, keys: keys, sequences: sequences,
        stream: stream)
    }
  }

  /// Draws the children that a tree of any form has of `parents` nodes of one depth: of each the first `children` nodes
  /// whose parent it is, in their order.
  ///
  /// A depth takes one call, however many children each of its nodes has, as the trees of Sequoia (Chen et al., 2024) and
  /// OPT-Tree (Wang et al., 2025) have them. Where all have as many, the tokens are those of the form above.
  /// - Parameters:
  ///   - rows: draft distributions, row `firstParent + i` for parent i; in a batch counted from each sequence's first
  ///     node.
  ///   - tree: reads `parents` and `state`, each sequence's for as many nodes as it gives it; writes `tokens`,
  ///     `NO_TOKEN` once the row is used up.
  ///   - children: of one node at most; further ones keep their tokens.
  ///   - replacement: independent draws, or each token at most once.
  ///   - keys: which random numbers are drawn.
  ///   - stream: of random numbers, as above.
  public func drawChildren(
    _ rows: DistributionRows, tree: TreeBuffers, parents: Int, children: Int, replacement: Bool,
    firstParent: Int, childDepth: Int, keys: DraftKeys = .position, sequences: Int = 1, stream: Int = 0
  ) {
    call(.drawChildren) { kernel throws(Refusal) in
      try tree.check(\.tokens, \.parents, usesResult: false, sequences: sequences)
      let drawn = DrawnNodes(
        firstParent: firstParent, parents: parents, children: children, childDepth: childDepth,
        capacity: min(tree.tokens.count, tree.parents.count), maximumNodes: tree.maximumNodes)
      return try drawn.call(
        kernel, rows, tree.state, tree.tokens, tree.parents, replacement: replacement, keys: keys,
        sequences: sequences, stream: stream)
    }
  }
}

/// Which nodes a call draws: those of a tree with at most so many nodes, or `children` for each parent from `firstChild` on.
private struct DrawnNodes {
  let firstParent, parents, children, childDepth: Int
  var firstChild = 0
  let capacity: Int
  var maximumNodes = 0

  func call(
    _ kernel: Kernel, _ rows: DistributionRows, _ state: Tensor<UInt32>, _ tokens: Tensor<UInt32>,
    _ nodeParents: Tensor<UInt32>, replacement: Bool, keys: DraftKeys, sequences: Int, stream: Int
  ) throws(Refusal) -> Invocation {
    try requireSizes(firstParent, parents, children, childDepth)
    try requireStream(stream, below: RANDOM_STREAMS)
    try require(parents > 0 && children > 0, "\(parents) parents with \(children) children")
    try rows.check(rows: firstParent + parents, "draft")
    try requireBatch(sequences, state: state, nodes: 1, capacity: rows.rows)
    let p = ShaderInterface.DrawChildren(
      parents: UInt32(parents), vocabulary: UInt32(rows.vocabulary), children: UInt32(children),
      replacement: replacement ? 1 : 0, firstChild: UInt32(firstChild), childDepth: UInt32(childDepth),
      firstParent: UInt32(firstParent), keyedByNode: keys.rawValue, sequences: UInt32(sequences),
      rows: UInt32(rows.rows), capacity: UInt32(clamping: capacity), maximumNodes: UInt32(maximumNodes),
      stream: UInt32(stream))
    return Invocation(
      kernel, p,
      [.read(rows.weights), .read(rows.totals), .read(state), .readWrite(tokens), .read(nodeParents)],
      groups: (parents, sequences),
      specialization: walkLanes(rows.vocabulary, least: lanes(marking: rows.vocabulary))
        + [maximumNodes > 0 ? 1 : 0])
  }
}

/// The fewest lanes, a power of two, that have a bit for each of `tokens`: 1,024 a lane.
private func lanes(marking tokens: Int) -> UInt32 {
  var lanes: UInt32 = 1
  while tokens > 1024 * Int(lanes) { lanes *= 2 }
  return lanes
}
