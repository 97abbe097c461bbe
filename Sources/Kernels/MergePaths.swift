import ShaderInterface

extension CommandList {
  /// Paths of tokens below the root as one tree a sequence: beams, retrieved continuations, lookahead pools, roll-outs.
  ///
  /// Nodes stand in order of path, then depth; nodes beyond the tree's `maximumNodes` are left out. Exact (merging as
  /// in SpecInfer, Miao et al., 2024).
  /// - Parameters:
  ///   - paths: u32 `[sequences][count][length]`, at most 4096 tokens a sequence; a path ends at its first `NO_TOKEN`.
  ///   - merging: equal beginnings share nodes, so a shared prefix is scored once. Independent draws that are verified
  ///     with replacement stand side by side instead.
  ///   - tree: writes `tokens` but the root's, `parents`, and `STATE_NODES`; `treeLayout` then does the rest.
  ///   - nodes: u32, of the shape of `paths`: the node of each token, counted from its tree's root; `NO_NODE` past a path's end.
  public func mergePaths(
    _ paths: Tensor<UInt32>, count: Int, length: Int, merging: Bool = true, into tree: TreeBuffers,
    nodes: Tensor<UInt32>, sequences: Int = 1
  ) {
    call(.mergePaths) { kernel throws(Refusal) in
      let capacity = tree.parents.count
      try requireBatch(sequences, state: tree.state, nodes: tree.maximumNodes, capacity: capacity)
      try requireSizes(count, length)
      try require(
        count >= 1 && length >= 1 && count * length <= Int(MAXIMUM_PATH_TOKENS),
        "\(count) paths of \(length) tokens, 1 to \(MAXIMUM_PATH_TOKENS) in all are possible")
      try require(paths, sequences * count * length, "paths")
      try require(nodes, sequences * count * length, "nodes")
      try require(tree.tokens, capacity, "tokens")
      let p = ShaderInterface.MergePaths(
        sequences: UInt32(sequences), paths: UInt32(count), maximumLength: UInt32(length),
        maximumNodes: UInt32(tree.maximumNodes), capacity: UInt32(capacity), merging: merging ? 1 : 0)
      return Invocation(
        kernel, p,
        [
          .read(paths), .readWrite(tree.state), .readWrite(tree.tokens), .readWrite(tree.parents),
          .write(nodes),
        ],
        groups: (sequences, 1))
    }
  }
}
