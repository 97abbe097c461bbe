import ShaderInterface

extension CommandList {
  /// Depths, ancestor bits, and first-child and next-sibling links of trees given by their parents.
  ///
  /// Sequence s owns the nodes `STATE_FIRST_NODE` ..< + `STATE_NODES` of its state; parents, links and bits are local to
  /// it. A tree that does not fit, or has a parent that is not below its child, sets `STATUS_MALFORMED_TREE` in its state.
  /// - Parameters:
  ///   - tree: reads `parents`; writes `depths`, `mask` and the states' status. Its arrays hold the nodes of all sequences,
  ///     its `maximumNodes` counts those of one.
  ///   - links: u32 `[nodes][2]`, `NO_NODE` where there is none.
  public func treeLayout(_ tree: TreeBuffers, links: Tensor<UInt32>, sequences: Int = 1) {
    let capacity = tree.parents.count
    requireSequences(sequences, state: tree.state, "treeLayout")
    requireNodes(tree.maximumNodes, "treeLayout")
    require(tree.depths, capacity, "treeLayout", "depths")
    require(tree.mask, capacity * tree.maskWords, "treeLayout", "mask")
    require(links, 2 * capacity, "treeLayout", "links")
    let p = ShaderInterface.TreeLayout(
      sequences: UInt32(sequences), maximumNodes: UInt32(tree.maximumNodes), capacity: UInt32(capacity),
      maskWords: UInt32(tree.maskWords))
    dispatch(
      Invocation(
        .treeLayout, p,
        [
          .read(tree.parents), .readWrite(tree.state), .write(tree.depths), .write(tree.mask), .write(links),
        ],
        groups: (sequences, 1), specialization: [walkLanes(tree.maximumNodes)]))
  }
}

/// Traps unless `state` holds that many sequences, which are as many groups.
func requireSequences(_ sequences: Int, state: Tensor<UInt32>, _ kernel: String) {
  require((1...65_535).contains(sequences), kernel, "\(sequences) sequences; 1 to 65535 are possible")
  require(state, sequences * Int(STATE_WORDS), kernel, "state")
}

/// Traps unless one tree may have so many nodes.
func requireNodes(_ nodes: Int, _ kernel: String) {
  require((1...Int(MAXIMUM_NODES)).contains(nodes), kernel, "\(nodes) nodes; 1 to 1024 are possible")
}
