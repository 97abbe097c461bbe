import Numerics
import ShaderInterface

/// What a lossy rule reads, in the shapes of ``Reference/lossyAccept``.
struct LossyRows {
  let p: ShaderInterface.LossyAccept
  let logits, statistics, divergence: UnsafeBufferPointer<Float>
  let best, tokens, parents, warps: UnsafeBufferPointer<UInt32>

  /// Whether packed node `n` of the tree with the root `first` passes, and the log-probability of its token.
  func verdict(first: Int, node n: Int) -> (passes: Bool, score: Float) {
    if n == first { return (true, 0) }
    let refused = (passes: false, score: notANumber)
    guard Int(parents[n]) < n - first, tokens[n] < p.vocabulary else { return refused }
    let (v, x) = (first + Int(parents[n]), tokens[n])
    let (maximum, logSum, entropy, gap) = (
      statistics[4 * v], statistics[4 * v + 1], statistics[4 * v + 2], statistics[4 * v + 3]
    )
    let t = Reference.inverseTemperature(p.inverseTemperature, rowWarps: p.rowWarps, warps, row: v)
    guard !logSum.isNaN, Reference.isInverseTemperature(t) else { return refused }
    let z = Reference.tempered(logits[v * Int(p.vocabulary) + Int(x)], t)
    let l = flush(z - logSum)
    let adaptive = flush(flush(p.logDelta) - flush(flush(p.entropyScale) * entropy))
    let epsilon = flush(p.logEpsilon)
    let threshold = adaptive < epsilon ? adaptive : epsilon
    var passes = l > threshold && flush(maximum - z) <= flush(p.gap)
    passes = passes && entropy <= flush(p.maximumEntropy) && gap >= flush(p.minimumGap)
    if p.count > 0 {
      let row = best[v * Int(p.count)..<(v + 1) * Int(p.count)]
      let distance = max(x, row.first!) - min(x, row.first!)
      passes = passes && (p.distance == NO_TOKEN ? row.contains(x) : distance <= p.distance)
    }
    if p.readsDivergence != 0 { passes = passes && divergence[v] <= flush(p.divergence) }
    return (passes, l)
  }
}

extension Reference {
  /// Whether each tree node passes tests on its parent's row of logits, and the log-probability of its token there.
  ///
  /// `logits`: f32 [capacity][vocabulary]; `statistics`: f32 [capacity][4]; `best`: u32 [capacity][count];
  /// `divergence`, `score`: f32 [capacity]; `tokens`, `parents`, `owners`, `accept`: u32 [capacity];
  /// `state`: u32 [sequences][STATE_WORDS]; `warps`: u32 [capacity][WARP_WORDS], with p.rowWarps.
  public static func lossyAccept(
    _ p: ShaderInterface.LossyAccept, logits: UnsafeBufferPointer<Float>,
    statistics: UnsafeBufferPointer<Float>, best: UnsafeBufferPointer<UInt32>,
    divergence: UnsafeBufferPointer<Float>, tokens: UnsafeBufferPointer<UInt32>,
    parents: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, accept: UnsafeMutableBufferPointer<UInt32>,
    score: UnsafeMutableBufferPointer<Float>,
    warps: UnsafeBufferPointer<UInt32> = UnsafeBufferPointer(start: nil, count: 0)
  ) {
    let rows = LossyRows(
      p: p, logits: logits, statistics: statistics, divergence: divergence, best: best, tokens: tokens,
      parents: parents, warps: warps)
    for n in 0..<Int(p.capacity) {
      let before = accept[n]
      (accept[n], score[n]) = (0, notANumber)
      guard let own = rowState(n, state, owners: owners, sequences: p.sequences) else { continue }
      let first = Int(own[Int(STATE_FIRST_NODE)])
      guard n >= first, n - first < Int(own[Int(STATE_NODES)]) else { continue }
      let verdict = rows.verdict(first: first, node: n)
      let counts = p.combines == 0 || before != 0 || n == first
      (accept[n], score[n]) = (verdict.passes && counts ? 1 : 0, verdict.score)
    }
  }
}
