import ShaderInterface

extension Reference {
  /// `lossyAccept` of each sequence's own nodes, if its tree is well formed, then `verifyAccepted`.
  ///
  /// Operands as there, `picks` for every node.
  public static func verifyLossy(
    _ p: ShaderInterface.LossyAccept, logits: UnsafeBufferPointer<Float>,
    statistics: UnsafeBufferPointer<Float>, best: UnsafeBufferPointer<UInt32>,
    divergence: UnsafeBufferPointer<Float>, picks: UnsafeBufferPointer<UInt32>,
    tokens: UnsafeBufferPointer<UInt32>, parents: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, accept: UnsafeMutableBufferPointer<UInt32>,
    score: UnsafeMutableBufferPointer<Float>, result: UnsafeMutableBufferPointer<UInt32>,
    warps: UnsafeBufferPointer<UInt32>
  ) {
    let rows = LossyRows(
      p: p, logits: logits, statistics: statistics, divergence: divergence, best: best,
      tokens: tokens, parents: parents, warps: warps)
    for sequence in 0..<p.sequences {
      let tree = TreeWalk(
        sequence: sequence, tokens: tokens, parents: parents, state: state, maximumNodes: p.maximumNodes,
        capacity: p.capacity)
      let nodes = tree.status == STATUS_OK ? Int(tree.nodes) : 0
      for n in tree.firstNode..<tree.firstNode + nodes {
        let verdict = rows.verdict(first: tree.firstNode, node: n)
        let counts = p.combines == 0 || accept[n] != 0 || n == tree.firstNode
        (accept[n], score[n]) = (verdict.passes && counts ? 1 : 0, verdict.score)
      }
      let round = acceptedRound(
        tree, accept: UnsafeBufferPointer(accept), score: UnsafeBufferPointer(score), picks: picks,
        endPicks: picks)
      tree.write(round, sequence: sequence, into: result)
    }
  }
}
