import Numerics
import ShaderInterface

extension Reference {
  /// Whether each tree node passes by the mass of the cluster of tokens around its own, on its parent's rows. Lossy.
  ///
  /// Grouped speculative decoding (So et al., 2025). `weights`, `draftWeights`: u32 [capacity][vocabulary]; `totals`,
  /// `draftTotals`: u32 [capacity][2]; `table`: f32 [vocabulary][columns]; `tokens`, `parents`, `depths`, `owners`, `accept`:
  /// u32 [capacity]; `state`: u32 [sequences][STATE_WORDS]; `score`: f32 [capacity].
  public static func clusterAccept(
    _ p: ShaderInterface.ClusterAccept, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, draftWeights: UnsafeBufferPointer<UInt32>,
    draftTotals: UnsafeBufferPointer<UInt32>, table: UnsafeBufferPointer<Float>,
    tokens: UnsafeBufferPointer<UInt32>, parents: UnsafeBufferPointer<UInt32>,
    depths: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, accept: UnsafeMutableBufferPointer<UInt32>,
    score: UnsafeMutableBufferPointer<Float>
  ) {
    let vocabulary = Int(p.vocabulary)
    for n in 0..<Int(p.capacity) {
      (accept[n], score[n]) = (0, notANumber)
      guard let own = rowState(n, state, owners: owners, sequences: p.sequences) else { continue }
      let first = Int(own[Int(STATE_FIRST_NODE)])
      guard n >= first, n - first < Int(min(own[Int(STATE_NODES)], MAXIMUM_NODES)) else { continue }
      if n == first {
        (accept[n], score[n]) = (1, 0)
        continue
      }
      guard Int(parents[n]) < n - first, tokens[n] < p.vocabulary else { continue }
      let v = first + Int(parents[n])
      let row = v * vocabulary..<(v + 1) * vocabulary
      let siblings = (v + 1..<n).count { parents[$0] == parents[n] && tokens[$0] != NO_TOKEN }
      var source = KeyedUniforms(seed: seed(of: own), roleOffset: p.stream &* ROLE_STREAM)
      let tested = clusterAccept(
        p, target: UnsafeBufferPointer(rebasing: weights[row]), total: totals[2 * v],
        draft: UnsafeBufferPointer(rebasing: draftWeights[row]), draftTotal: draftTotals[2 * v], table: table,
        token: Int(tokens[n]), position: own[Int(STATE_LENGTH)] &+ depths[v] &+ 1, child: UInt32(siblings),
        source: &source)
      if let tested { (accept[n], score[n]) = (tested.isAccepted ? 1 : 0, tested.score) }
    }
  }

  /// One node of it, with any source of random numbers, and its cluster's log-probability; nil where a row gives it no chance.
  ///
  /// `target`, `draft`: u32 [vocabulary], the parent's rows, with the sums `total` and `draftTotal`; `table` as above.
  public static func clusterAccept<Source: UniformSource>(
    _ p: ShaderInterface.ClusterAccept, target: UnsafeBufferPointer<UInt32>, total: UInt32,
    draft: UnsafeBufferPointer<UInt32>, draftTotal: UInt32, table: UnsafeBufferPointer<Float>, token: Int,
    position: UInt32, child: UInt32, source: inout Source
  ) -> (isAccepted: Bool, score: Float)? {
    guard total > 0, draft[token] > 0 else { return nil }
    let members = cluster(p, target: target, total: total, table: table, token: token)
    let wanted = members.reduce(0) { $0 &+ target[$1] }
    let offered = members.reduce(0) { $0 &+ draft[$1] }
    guard offered > 0 else { return nil }
    let number = source.uniform(
      below: UInt64(total) * UInt64(offered), role: ROLE_ACCEPT, position: position, index: child)
    let score =
      wanted == 0
      ? -Float.infinity : flush(logPositive(leadingFloat(wanted)) - logPositive(leadingFloat(total)))
    return (number < UInt64(wanted) * UInt64(draftTotal), score)
  }

  /// The tokens of the cluster around `token`.
  private static func cluster(
    _ p: ShaderInterface.ClusterAccept, target: UnsafeBufferPointer<UInt32>, total: UInt32,
    table: UnsafeBufferPointer<Float>, token: Int
  ) -> [Int] {
    let ranked = target.indices.sorted { (target[$0], $1) > (target[$1], $0) }
    let rank = ranked.firstIndex(of: token)!
    let ranks = max(0, rank - Int(p.ranks))...min(target.count - 1, rank + Int(p.ranks))
    return ranked[ranks].filter { other in
      if other == token { return true }
      let apart = max(target[other], target[token]) - min(target[other], target[token])
      guard UInt64(apart) << UInt64(CLUSTER_TOLERANCE_BITS) < UInt64(p.tolerance) * UInt64(total) else {
        return false
      }
      return p.columns == 0 || squaredDistance(p, table, token, other) < flush(p.squaredDistance)
    }
  }

  private static func squaredDistance(
    _ p: ShaderInterface.ClusterAccept, _ table: UnsafeBufferPointer<Float>, _ x: Int, _ y: Int
  ) -> Float {
    let columns = Int(p.columns)
    return (0..<columns).reduce(0) { sum, c in
      let difference = flush(table[x * columns + c]) - flush(table[y * columns + c])
      let counted = difference.bitPattern & 0x7fff_ffff < NORM_FLUSH_BITS ? 0 : difference
      return sum + counted * counted
    }
  }
}
