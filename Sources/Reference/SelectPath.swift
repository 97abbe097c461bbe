import Numerics
import ShaderInterface

extension Reference {
  /// Leaves of a tree of independent paths the best one, and in place of the draft's rows along it the law by which it came
  /// about: greedy multi-path block verification (Thomas and Pal, 2026) up to the block verification itself.
  ///
  /// `weights`, `totals`: u32 [capacity][vocabulary] and [capacity][2] of the target; `draftWeights`, `draftTotals`:
  /// the same of the draft, a row a parent, `draftRows` of them; `tokens`, `parents`: u32 [capacity]; `state`: u32
  /// [sequences][STATE_WORDS].
  public static func selectPath(
    _ p: ShaderInterface.SelectPath, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, draftWeights: UnsafeMutableBufferPointer<UInt32>,
    draftTotals: UnsafeMutableBufferPointer<UInt32>, tokens: UnsafeMutableBufferPointer<UInt32>,
    parents: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    positionBits: UInt32 = TOTAL_BITS, reducedTotalBits: UInt32 = REDUCED_TOTAL_BITS
  ) {
    let vocabulary = Int(p.vocabulary)
    for sequence in 0..<p.sequences {
      let tree = TreeWalk(
        sequence: sequence, tokens: UnsafeBufferPointer(tokens), parents: parents, state: state,
        maximumNodes: p.maximumNodes, capacity: p.capacity)
      guard tree.status == STATUS_OK else { continue }
      var skew = PathSkew(
        paths: Int(p.paths), positionBits: positionBits, reducedTotalBits: reducedTotalBits)
      var path = [0]
      while true {
        let r = tree.firstNode + path.last!
        let row = r * vocabulary..<(r + 1) * vocabulary
        let isDrafted = r < Int(p.draftRows) && draftTotals[2 * r] > 0
        let ranks = PathRanks(
          target: Array(weights[row]), total: totals[2 * r],
          draft: isDrafted ? Array(draftWeights[row]) : [UInt32](repeating: 0, count: vocabulary),
          draftTotal: isDrafted ? draftTotals[2 * r] : 0)
        guard let (child, isDrawn) = ranks.best(of: tree.children(of: path.last!), tokens: tree.tokens) else {
          break
        }
        path.append(child)
        guard isDrawn else {
          if r < Int(p.draftRows) {
            let token = Int(tree.tokens[child])
            if token < vocabulary { draftWeights[row.lowerBound + token] = 0 }
            draftTotals[2 * r] = 0
            draftTotals[2 * r + 1] |= STATUS_MALFORMED_DRAFT
          }
          break
        }
        guard p.paths > 1 else { continue }
        let (token, above) = (Int(tree.tokens[child]), ranks.above)
        let skewed = skew.weights(ranks.draft, total: ranks.draftTotal, above: above)
        for (y, weight) in skewed.enumerated() { draftWeights[row.lowerBound + y] = weight }
        draftTotals[2 * r] = skewed.reduce(0, &+)
        skew.append(ranks.draft[token], above: above[token], total: ranks.draftTotal)
      }
      for node in 1..<Int(tree.nodes) where !path.contains(node) {
        tokens[tree.firstNode + node] = NO_TOKEN
      }
    }
  }
}

/// The order of tokens after a prefix, by the rows there alone: the likelier the target finds a token than the draft does, the
/// higher it ranks, in classes of a quarter of a factor of two; of a class the one with the least remainder of `RANK_STRIDE`
/// ranks highest, of those the lowest.
struct PathRanks {
  /// P and its sum R
  let target: [UInt32]
  let total: UInt32
  /// Q and its sum S; zeros for a row that is missing or empty.
  let draft: [UInt32]
  let draftTotal: UInt32

  /// In units of 2^-8 of a factor of two, linear within it.
  private func logarithm(_ x: UInt32) -> Int32 {
    Int32(leadingFloat(x).bitPattern >> RANK_LOGARITHM_SHIFT)
  }

  private func rankClass(_ y: Int) -> Int32 {
    if target[y] == 0 { return 0 }
    let likelier =
      logarithm(target[y]) + logarithm(draftTotal) - logarithm(draft[y]) - logarithm(total)
    return min(max(likelier >> Int32(RANK_CLASS_SHIFT) + Int32(RANK_CLASS_EVEN), 1), Int32(RANK_CLASSES) - 1)
  }

  /// The tokens that the draft can draw, the best first.
  private var order: [Int] {
    draft.indices.filter { draft[$0] > 0 }.map { (token: $0, rankClass: rankClass($0)) }.sorted { a, b in
      let (first, second) = (a.token % Int(RANK_STRIDE), b.token % Int(RANK_STRIDE))
      return (b.rankClass, first, a.token) < (a.rankClass, second, b.token)
    }.map(\.token)
  }

  /// Of each token the draft's weights that rank above it.
  var above: [UInt32] {
    var (list, sum) = ([UInt32](repeating: 0, count: draft.count), UInt32(0))
    for y in order {
      list[y] = sum
      sum &+= draft[y]
    }
    return list
  }

  /// The child with the best token, nil if there is none; `isDrawn` is false for the first of those that the draft cannot have
  /// drawn, if any, and where several carry the best token.
  func best(of children: [Int], tokens: UnsafeBufferPointer<UInt32>) -> (child: Int, isDrawn: Bool)? {
    if children.isEmpty { return nil }
    func isPossible(_ child: Int) -> Bool { tokens[child] < draft.count && draft[Int(tokens[child])] > 0 }
    if let child = children.first(where: { !isPossible($0) }) { return (child, false) }
    let token = order.first { token in children.contains { tokens[$0] == UInt32(token) } }!
    let same = children.filter { tokens[$0] == UInt32(token) }
    return (same[0], same.count == 1)
  }
}
