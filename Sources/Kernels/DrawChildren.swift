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
  /// Draws the children of `parents` tree nodes of one depth from their draft rows.
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
  ///   - sequences: each with its state, u32 `[sequences][STATE_WORDS]`; parents and children beyond the arrays are left
  ///     out, in a batch also those beyond the nodes that the sequence's state gives it.
  public func drawChildren(
    _ rows: DistributionRows, state: Tensor<UInt32>, tokens: Tensor<UInt32>, parents: Int, children: Int,
    replacement: Bool, firstParent: Int, firstChild: Int, childDepth: Int,
    keys: DraftKeys = .position, sequences: Int = 1
  ) {
    call(.drawChildren) { kernel throws(Refusal) in
      try requireSizes(parents, children, firstParent, firstChild, childDepth)
      try require(parents > 0 && children > 0, "\(parents) parents with \(children) children")
      try rows.check(rows: firstParent + parents, "draft")
      try requireBatch(sequences, state: state, nodes: 1, capacity: rows.rows)
      try require(tokens, firstChild + parents * children, "tokens")
      let p = ShaderInterface.DrawChildren(
        parents: UInt32(parents), vocabulary: UInt32(rows.vocabulary), children: UInt32(children),
        replacement: replacement ? 1 : 0, firstChild: UInt32(firstChild), childDepth: UInt32(childDepth),
        firstParent: UInt32(firstParent), keyedByNode: keys.rawValue,
        sequences: UInt32(sequences),
        rows: UInt32(rows.rows),
        capacity: UInt32(clamping: tokens.count))
      return Invocation(
        kernel, p, [.read(rows.weights), .read(rows.totals), .read(state), .readWrite(tokens)],
        groups: (parents, sequences),
        specialization: walkLanes(rows.vocabulary, least: lanes(marking: rows.vocabulary)))
    }
  }
}

/// The fewest lanes, a power of two, that have a bit for each of `tokens`: 1,024 a lane.
private func lanes(marking tokens: Int) -> UInt32 {
  var lanes: UInt32 = 1
  while tokens > 1024 * Int(lanes) { lanes *= 2 }
  return lanes
}
