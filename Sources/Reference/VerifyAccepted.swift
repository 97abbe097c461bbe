import Numerics
import ShaderInterface

extension Reference {
  /// Ends the round at the deepest node whose whole path is accepted; of several, at the likeliest path.
  ///
  /// `accept`, `tokens`, `parents`: u32 [capacity]; `score`: f32 [capacity]; `picks`, `endPicks`: u32 [capacity][2];
  /// `state`: u32 [sequences][STATE_WORDS]; `result`: u32 [sequences][RESULT_PATH + RESULT_ARRAYS * maximumNodes].
  public static func verifyAccepted(
    _ p: ShaderInterface.VerifyAccepted, accept: UnsafeBufferPointer<UInt32>,
    score: UnsafeBufferPointer<Float>, picks: UnsafeBufferPointer<UInt32>,
    endPicks: UnsafeBufferPointer<UInt32>,
    tokens: UnsafeBufferPointer<UInt32>, parents: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, result: UnsafeMutableBufferPointer<UInt32>
  ) {
    for sequence in 0..<p.sequences {
      let tree = TreeWalk(
        sequence: sequence, tokens: tokens, parents: parents, state: state, maximumNodes: p.maximumNodes,
        capacity: p.capacity)
      let round = acceptedRound(
        tree, accept: accept, score: score, picks: picks, endPicks: p.hasEndPicks != 0 ? endPicks : picks)
      tree.write(round, sequence: sequence, into: result)
    }
  }

  /// The round of one sequence. Of packed arrays: `accept`: u32; `score`: f32; `picks`, `endPicks`: u32, 2 a node.
  static func acceptedRound(
    _ tree: TreeWalk, accept: UnsafeBufferPointer<UInt32>, score: UnsafeBufferPointer<Float>,
    picks: UnsafeBufferPointer<UInt32>, endPicks: UnsafeBufferPointer<UInt32>
  ) -> RoundOutcome {
    let path = tree.status == STATUS_OK ? bestPath(tree, accept, score) : [0]
    return tree.walk { node, _, children, tried in
      tried = children.count
      let depth = path.firstIndex(of: node)!
      if depth + 1 < path.count { return .child(children.firstIndex(of: path[depth + 1])!) }
      let at = 2 * (tree.firstNode + node)
      let picks = children.isEmpty ? endPicks : picks
      return picks[at + 1] == STATUS_OK ? .bonus(picks[at]) : .failed(picks[at + 1])
    }
  }

  private static func bestPath(
    _ tree: TreeWalk, _ accept: UnsafeBufferPointer<UInt32>, _ score: UnsafeBufferPointer<Float>
  ) -> [Int] {
    var best: (path: [Int], sum: UInt32) = ([0], 0)
    for node in 1..<max(1, tree.tokens.count) {
      // The node, then its ancestors below the root.
      let upwards = Array(sequence(first: node) { Int(tree.parents[$0]) }.prefix { $0 > 0 })
      guard upwards.allSatisfy({ tree.tokens[$0] != NO_TOKEN && accept[tree.firstNode + $0] != 0 }) else {
        continue
      }
      let scores = upwards.map { flush(score[tree.firstNode + $0]) }
      let sum = ordered(scores.dropFirst().reduce(scores[0]) { flush($0 + $1) })
      if upwards.count + 1 > best.path.count || (upwards.count + 1 == best.path.count && sum > best.sum) {
        best = ([0] + upwards.reversed(), sum)
      }
    }
    return best.path
  }

  /// An integer that orders as the float does; NaN as -infinity.
  private static func ordered(_ x: Float) -> UInt32 {
    let bits = (x.isNaN ? -Float.infinity : x + 0).bitPattern
    return bits >> 31 != 0 ? ~bits : bits | 0x8000_0000
  }
}
