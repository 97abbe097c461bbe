import ShaderInterface

/// How often an invocation passes through its loops at most, all of them together.
///
/// llvmpipe ends them after 65,535 passes, silently, and computes on; a loop's last test, which ends it, counts as a pass. Loops that can become longer take several items a pass
/// (`EACH` of stride.glsl); the stride changes speed, never bits.
struct LoopPasses {
  /// Passes of one item each, which a stride divides.
  var items = 0
  /// Passes that it leaves: of each loop over items one for its end, and one for items that fill no stride.
  var others: Int

  /// The least stride with which the loops end by themselves, nil if none does.
  func stride(within limit: Int) -> U32? {
    let strides: [U32] = items == 0 ? [1] : [1, 2, 4, 8, 16, 32]
    return strides.first { items / Int($0) + others <= limit }
  }
}

extension Invocation {
  /// The passes of kernels whose loops grow with several sizes at once, with `lanes` in a group. Nil for the others: theirs end in time
  /// at any size that a call takes, or have a rule of their own (attention, matmul, rows of the vocabulary).
  func loopPasses(lanes: U32?) -> LoopPasses? {
    let lanes = Int(lanes ?? 256)
    return switch kernel {
    case .verifySiblings: siblingPasses(parameters(), lanes)
    case .selectPath: selectionPasses(parameters(), lanes)
    case .verifyTraversal: traversalPasses(parameters(), lanes)
    case .drawChildren: childrenPasses(parameters(), lanes)
    case .allocatePages: pagePasses(parameters(), lanes)
    case .mergePaths: mergePasses(parameters(), lanes)
    case .sortChoices: sortPasses(parameters(), lanes)
    case .promptLookup: lookupPasses(parameters(), lanes)
    case .treeScan: scanPasses(parameters(), lanes)
    case .penalties: penaltyPasses(parameters(), lanes)
    case .embeddingMix, .embeddingMixF32: LoopPasses(others: Int((parameters() as EmbeddingMix).count))
    case .clusterAccept: clusterPasses(parameters(), lanes)
    case .lossyAccept: LoopPasses(others: Int((parameters() as LossyAccept).count))
    case .verifyLossy: lossyPasses(parameters(), lanes)
    default: nil
    }
  }

}

private typealias EmbeddingMix = ShaderInterface.EmbeddingMix
private typealias LossyAccept = ShaderInterface.LossyAccept

/// Passes in which `lanes` lanes share `count` items.
private func passes(_ count: U32, _ lanes: Int) -> Int { (Int(count) + lanes - 1) / lanes }

/// Passes of a scan over the lanes.
private let scan = 9
/// Passes that find a random number below a bound, with room: each try succeeds with a probability above a half.
private let draw = 5

/// A rejected child has its row summed and written; the last node's row is summed and walked.
private func siblingPasses(_ p: ShaderInterface.VerifySiblings, _ lanes: Int) -> LoopPasses {
  let (block, walk, nodes) = (
    passes(p.vocabulary, lanes), passes(p.maximumNodes, lanes), Int(p.maximumNodes)
  )
  var all = LoopPasses(
    items: 2 * (nodes + 1) * block, others: (nodes + 1) * (2 * walk + scan + 2 * draw + 9))
  if p.mode == SIBLINGS_K_SEQ {
    let halvings = 9  // of K_SEQ_STEPS
    all.items += nodes * halvings * block
    all.others += nodes * (halvings * 4 + walk + 2)
  }
  return all
}

/// Of each node of the path the children are walked twice, and the row is ranked, then written.
private func selectionPasses(_ p: ShaderInterface.SelectPath, _ lanes: Int) -> LoopPasses {
  let (turns, walk, nodes) = (
    passes(p.vocabulary, Int(RANK_STRIDE)), passes(p.maximumNodes, lanes), Int(p.maximumNodes)
  )
  let block = passes(RANK_STRIDE, lanes) * turns
  return LoopPasses(items: 2 * nodes * block, others: nodes * (2 * walk + scan + 5) + 2 * walk + 40)
}

/// A removed child has its parent's row summed and written; the last node's row is summed and walked.
private func traversalPasses(_ p: ShaderInterface.VerifyTraversal, _ lanes: Int) -> LoopPasses {
  let (block, walk, nodes) = (
    passes(p.vocabulary, lanes), passes(p.maximumNodes, lanes), Int(p.maximumNodes)
  )
  return LoopPasses(
    items: 2 * (nodes + 1) * block, others: (nodes + 1) * (3 * walk + scan + 4 * draw + 11))
}

/// The row is summed, then walked for each child; in a tree each is looked for above the one before it.
private func childrenPasses(_ p: ShaderInterface.DrawChildren, _ lanes: Int) -> LoopPasses {
  let block = passes(p.vocabulary, lanes)
  let children = Int(p.children)
  let search = p.maximumNodes == 0 ? 0 : passes(p.maximumNodes, lanes) + 2 * (children + 1)
  return LoopPasses(
    items: (children + 1) * block, others: children * (draw + 4) + search + 35 + scan)
}

/// The row is walked for each rank; then a lane measures the distances of some neighbours.
private func clusterPasses(_ p: ShaderInterface.ClusterAccept, _ lanes: Int) -> LoopPasses {
  let (walk, neighbours) = (passes(p.vocabulary, lanes), passes(2 * p.ranks, lanes))
  return LoopPasses(
    others: Int(p.ranks) * (walk + 2) + neighbours * (Int(p.columns) + 2) + passes(MAXIMUM_NODES, lanes)
      + draw)
}

/// A lane compares its nodes with the best tokens and walks up from each; then nodes on the path look for their children. In a
/// chain, where both take longest, each lane walks and looks half of the way.
private func lossyPasses(_ p: ShaderInterface.LossyAccept, _ lanes: Int) -> LoopPasses {
  let (walk, nodes) = (passes(p.maximumNodes, lanes), Int(p.maximumNodes))
  return LoopPasses(others: walk * (Int(p.count) + nodes + 6) + 3 * nodes)
}

/// A sequence's entries are counted twice and served once.
private func pagePasses(_ p: ShaderInterface.AllocatePages, _ lanes: Int) -> LoopPasses {
  let sequences = passes(p.sequences, lanes)
  let most = p.rows == 0 ? Int(p.pagesPerSequence) : Int(p.rows / p.pageSize) + 2
  return LoopPasses(
    items: 3 * sequences * min(most, Int(p.pagesPerSequence)),
    others: 3 * passes(p.pages, lanes) + 11 * sequences + 2 * scan)
}

/// At each depth a path meets all those before it.
private func mergePasses(_ p: ShaderInterface.MergePaths, _ lanes: Int) -> LoopPasses {
  let own = Int(p.maximumLength) * passes(p.paths, lanes)
  return LoopPasses(
    items: own * Int(p.paths),
    others: 3 * own + 2 * Int(p.maximumLength) + 3 * passes(p.paths * p.maximumLength, lanes) + scan)
}

/// A matrix's lane looks through all rows, and counts the groups before it twice.
private func sortPasses(_ p: ShaderInterface.SortChoices, _ lanes: Int) -> LoopPasses {
  let own = passes(p.matrices + 1, lanes)
  return LoopPasses(
    items: own * Int(p.rows),
    others: own * (2 * Int(p.matrices) + Int(p.rowsPerGroup) + 8) + passes(p.rows, lanes) + Int(p.matrices)
      + passes(p.groups * (1 + p.rowsPerGroup), lanes))
}

/// At each place of the history up to `maximum` tokens are compared.
private func lookupPasses(_ p: ShaderInterface.PromptLookup, _ lanes: Int) -> LoopPasses {
  let own = passes(p.historyCapacity, lanes)
  return LoopPasses(items: own * Int(p.maximum), others: 3 * own + passes(p.count, lanes))
}

/// Rows follow one another; of each a lane has some chunks of one column, and adds up the sums of all.
private func scanPasses(_ p: ShaderInterface.TreeScan, _ lanes: Int) -> LoopPasses {
  let chunks = passes(p.stateSize, Int(SCAN_CHUNK))
  let own = (chunks * 64 + lanes - 1) / lanes
  return LoopPasses(
    items: Int(p.rows) * (own * Int(SCAN_CHUNK) + chunks), others: Int(p.rows) * (2 * own + 6))
}

/// For some thousand tokens at a time, a row's text is walked once.
private func penaltyPasses(_ p: ShaderInterface.Penalties, _ lanes: Int) -> LoopPasses {
  let tiles = passes(p.vocabulary, Int(COUNTED_TOKENS))
  let text = min(p.window, p.historyCapacity + MAXIMUM_NODES)
  return LoopPasses(
    items: tiles * passes(text, lanes),
    others: tiles * (2 * passes(COUNTED_TOKENS, lanes) + 6) + Int(MAXIMUM_NODES))
}
