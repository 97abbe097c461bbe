import ShaderInterface

extension CommandList {
  /// The root and the best `nodes` - 1 candidates of a grown tree, in the order of the candidates, as a token tree.
  ///
  /// Exact, ties to the lowest candidate (the reranking of EAGLE-2, Li et al., 2024). This ranks tokens after they were
  /// chosen, so it belongs to deterministic candidates with greedy, pick or one-hot verification. Fewer nodes come out
  /// where fewer candidates exist; a candidate whose parent is not kept (scores that rise along a path) sets
  /// `STATUS_MALFORMED_TREE` and leaves the root alone.
  /// - Parameters:
  ///   - rows: rows grown so far.
  ///   - tree: writes `tokens` but the root's, `parents`, and `STATE_NODES`; `treeLayout` then does the rest.
  ///   - sources: u32, of the nodes' shape: the candidate of each node, `NO_NODE` for the root.
  public func selectTree(
    _ growth: TreeGrowth, rows: Int, nodes: Int, into tree: TreeBuffers, sources: Tensor<UInt32>
  ) {
    call(.selectTree) { kernel throws(Refusal) in
      let capacity = tree.parents.count
      try growth.check()
      try requireBatch(growth.sequences, state: tree.state, nodes: nodes, capacity: capacity)
      try requireSizes(rows)
      try require(rows >= 1 && rows <= growth.maximumRows, "\(rows) of \(growth.maximumRows) rows")
      try require(tree.tokens, capacity, "tokens")
      try require(sources, capacity, "sources")
      let p = ShaderInterface.SelectTree(
        sequences: UInt32(growth.sequences), rows: UInt32(rows), maximumRows: UInt32(growth.maximumRows),
        count: UInt32(growth.count), nodes: UInt32(nodes), capacity: UInt32(capacity))
      return Invocation(
        kernel, p,
        [
          .read(growth.tokens), .read(growth.scores), .read(growth.rowParents), .readWrite(tree.state),
          .readWrite(tree.tokens), .readWrite(tree.parents), .readWrite(sources),
        ],
        groups: (growth.sequences, 1))
    }
  }
}
