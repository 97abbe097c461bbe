import Numerics
import ShaderInterface

extension Reference {
  /// Traversal verification: leaves first, in depth-first order; the first accepted node ends the round with the path
  /// to it. The output tokens follow the target's rows exactly. On a chain this is block verification (Sun et al., 2024).
  ///
  /// `weights`, `totals`: u32 [capacity][vocabulary] and [capacity][2] of the target; `draftWeights`, `draftTotals`:
  /// the same of the draft, a row a parent or, with `SIBLINGS_OWN_ROWS`, a child, without weight where it is missing; `tokens`, `parents`: u32 [capacity]; `state`: u32
  /// [sequences][STATE_WORDS]; `result`: u32 [sequences][RESULT_PATH + RESULT_ARRAYS * maximumNodes].
  public static func verifyTraversal(
    _ p: ShaderInterface.VerifyTraversal, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, draftWeights: UnsafeBufferPointer<UInt32>,
    draftTotals: UnsafeBufferPointer<UInt32>, tokens: UnsafeBufferPointer<UInt32>,
    parents: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    result: UnsafeMutableBufferPointer<UInt32>
  ) {
    for sequence in 0..<p.sequences {
      let first = Int(sequence) * Int(STATE_WORDS)
      var source = KeyedUniforms(
        seed: seed(of: UnsafeBufferPointer(rebasing: state[first..<first + Int(STATE_WORDS)])),
        roleOffset: p.stream &* ROLE_STREAM)
      verifyTraversal(
        p, sequence: sequence, weights: weights, totals: totals, draftWeights: draftWeights,
        draftTotals: draftTotals, tokens: tokens, parents: parents, state: state, result: result,
        source: &source)
    }
  }

  /// One sequence of it, with any source of random numbers and any size of shares and residuals.
  public static func verifyTraversal<Source: UniformSource>(
    _ p: ShaderInterface.VerifyTraversal, sequence: UInt32 = 0, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, draftWeights: UnsafeBufferPointer<UInt32>,
    draftTotals: UnsafeBufferPointer<UInt32>, tokens: UnsafeBufferPointer<UInt32>,
    parents: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    result: UnsafeMutableBufferPointer<UInt32>, shareBits: UInt32 = SHARE_BITS,
    reducedTotalBits: UInt32 = REDUCED_TOTAL_BITS, source: inout Source
  ) {
    let tree = TreeWalk(
      sequence: sequence, tokens: tokens, parents: parents, state: state, maximumNodes: p.maximumNodes,
      capacity: p.capacity)
    let vocabulary = Int(p.vocabulary)
    let draftRows = p.mode == SIBLINGS_ONE_HOT ? 0 : Int(p.draftRows)
    func draftRow(_ node: Int) -> DraftRow {
      DraftRow(
        tree.firstNode + node, of: draftRows, weights: draftWeights, totals: draftTotals,
        vocabulary: vocabulary)
    }
    var traversal = Traversal(
      tree: tree, mode: p.mode, vocabulary: vocabulary, source: source, draftRow: draftRow
    ) { node, share in
      let r = tree.firstNode + node
      let row = r * vocabulary..<(r + 1) * vocabulary
      let draft = draftRow(node)
      let visited = TraversalNode(
        share: share, target: Array(weights[row]), total: UInt64(totals[2 * r]), draft: draft.weights,
        draftTotal: draft.total, shareBits: shareBits, reducedTotalBits: reducedTotalBits)
      return (visited, totals[2 * r + 1])
    }
    tree.write(traversal.run(one: 1 << UInt128(shareBits)), sequence: sequence, into: result)
    source = traversal.source
  }
}

/// The depth-first walk of one tree.
private struct Traversal<Source: UniformSource> {
  let tree: TreeWalk
  let mode: UInt32
  let vocabulary: Int
  var source: Source
  let draftRow: (_ node: Int) -> DraftRow
  /// A node as it is first visited, and the status of its target row.
  let open: (_ node: Int, _ share: UInt128) -> (TraversalNode, status: UInt32)
  private var tried: [UInt32] = []

  init(
    tree: TreeWalk, mode: UInt32, vocabulary: Int, source: Source,
    draftRow: @escaping (_ node: Int) -> DraftRow,
    open: @escaping (_ node: Int, _ share: UInt128) -> (TraversalNode, status: UInt32)
  ) {
    (self.tree, self.mode, self.vocabulary, self.source) = (tree, mode, vocabulary, source)
    (self.draftRow, self.open) = (draftRow, open)
  }

  mutating func run(one: UInt128) -> RoundOutcome {
    guard tree.status == STATUS_OK else { return RoundOutcome(status: tree.status) }
    // The root's share stays 1, so something is accepted.
    let round = visit([0], share: one) ?? RoundOutcome(status: STATUS_EMPTY_ROW)
    return RoundOutcome(status: round.status, path: round.path, bonus: round.bonus, tried: tried)
  }

  /// The round's outcome if it ends in the subtree of the path's last node, nil if that node is removed.
  private mutating func visit(_ path: [Int], share: UInt128) -> RoundOutcome? {
    let level = path.count - 1
    var (node, status) = open(path[level], share)
    guard node.total > 0 else { return RoundOutcome(status: status | STATUS_EMPTY_ROW) }
    for child in tree.children(of: path[level]) {
      let token = Int(tree.tokens[child])
      if tried.count == level { tried.append(0) }
      tried[level] += 1
      guard token < vocabulary else { return RoundOutcome(status: STATUS_MALFORMED_DRAFT) }
      if mode == SIBLINGS_ONE_HOT { node.propose(token) }
      if mode == SIBLINGS_OWN_ROWS { node.propose(draftRow(child)) }
      guard node.draft[token] > 0 else { return RoundOutcome(status: STATUS_MALFORMED_DRAFT) }
      let childShare = node.childShare(token) { draw($0, ROLE_TRAVERSAL_CHILD, child) }
      if childShare > 0, let round = visit(path + [child], share: childShare) { return round }
      let isSound = node.remove(
        rest: { draw($0, ROLE_TRAVERSAL_REST, child) }, round: { draw($0, ROLE_TRAVERSAL_ROUND, child) })
      guard isSound else { return RoundOutcome(status: status | STATUS_EMPTY_ROW) }
      if node.share == 0 { return nil }
      if mode == SIBLINGS_WITHOUT_REPLACEMENT {
        node.exclude(token)
        if node.draftTotal == 0 { break }
      }
    }
    if node.share < node.one, draw(node.one, ROLE_TRAVERSAL_ACCEPT, path[level]) >= node.share { return nil }
    let y = draw(node.total, ROLE_TRAVERSAL_BONUS, path[level])
    return RoundOutcome(path: path, bonus: pick(node.target, UInt64(truncatingIfNeeded: y)))
  }

  private mutating func draw(_ bound: UInt128, _ role: UInt32, _ node: Int) -> UInt128 {
    source.uniform(below: bound, role: role, position: tree.length, index: UInt32(node))
  }
}
