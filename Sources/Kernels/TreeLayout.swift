import ShaderInterface

extension CommandList {
  /// Depths, ancestor bits, and first-child and next-sibling links of trees given by their parents.
  ///
  /// Exact. Sequence s owns the nodes `STATE_FIRST_NODE` ..< + `STATE_NODES` of its state; parents, links and bits are
  /// local to it. A tree that does not fit, shares nodes with another one, or has a parent that is not below its child,
  /// sets `STATUS_MALFORMED_TREE` in its state; of a sequence with 0 nodes nothing is written.
  /// - Parameters:
  ///   - tree: reads `parents`; writes `depths`, `mask` and the states' status. Its arrays hold the nodes of all
  ///     sequences, its `maximumNodes` counts those of one.
  ///   - links: u32 `[nodes][2]`, `NO_NODE` where there is none.
  public func treeLayout(_ tree: TreeBuffers, links: Tensor<UInt32>, sequences: Int = 1) {
    call(.treeLayout) { kernel throws(Refusal) in
      let capacity = tree.parents.count
      try requireBatch(sequences, state: tree.state, nodes: tree.maximumNodes, capacity: capacity)
      try require(tree.depths, capacity, "depths")
      try require(tree.mask, capacity * tree.maskWords, "mask")
      try require(links, 2 * capacity, "links")
      let p = ShaderInterface.TreeLayout(
        sequences: UInt32(sequences), maximumNodes: UInt32(tree.maximumNodes), capacity: UInt32(capacity),
        maskWords: UInt32(tree.maskWords))
      return Invocation(
        kernel, p,
        [
          .read(tree.parents), .readWrite(tree.state), .write(tree.depths), .write(tree.mask), .write(links),
        ],
        groups: (sequences, 1), specialization: walkLanes(tree.maximumNodes))
    }
  }
}

/// `state` holds that many sequences, each of at most `nodes` nodes in arrays of `capacity` nodes.
func requireBatch(_ sequences: Int, state: Tensor<UInt32>, nodes: Int, capacity: Int) throws(Refusal) {
  try requireSizes(sequences, nodes, capacity)
  try require(
    (1...65_535).contains(sequences), "\(sequences) sequences, 1 to 65535 are possible")
  try require(
    (1...Int(MAXIMUM_NODES)).contains(nodes), "a tree of \(nodes) nodes, 1 to \(MAXIMUM_NODES) are possible")
  try require(state, sequences * Int(STATE_WORDS), "state")
}
