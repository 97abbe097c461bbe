import Numerics
import ShaderInterface

extension Reference {
  /// Walks from the root to the first child that carries the target's pick of the node; the pick without such
  /// a child is the bonus token (greedy or keyed sampling: "pick and match").
  ///
  /// `picks`: u32 [capacity][pickStride], token at `pickOffset`, then its status if it has one; `tokens`, `parents`: u32 [capacity];
  /// `state`: u32 [sequences][STATE_WORDS]; `result`: u32 [sequences][RESULT_PATH + RESULT_ARRAYS * maximumNodes].
  public static func verifyMatch(
    _ p: ShaderInterface.VerifyMatch, picks: UnsafeBufferPointer<UInt32>,
    tokens: UnsafeBufferPointer<UInt32>, parents: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, result: UnsafeMutableBufferPointer<UInt32>
  ) {
    let stride = Int(p.pickStride)
    for sequence in 0..<p.sequences {
      let tree = TreeWalk(
        sequence: sequence, tokens: tokens, parents: parents, state: state, maximumNodes: p.maximumNodes,
        capacity: p.capacity)
      let round = tree.walk { node, _, children, tried in
        let at = (tree.firstNode + node) * stride + Int(p.pickOffset)
        if p.hasStatus != 0, picks[at + 1] != STATUS_OK { return .failed(picks[at + 1]) }
        let match = children.firstIndex { tree.tokens[$0] == picks[at] }
        tried = match.map { $0 + 1 } ?? children.count
        return match.map { .child($0) } ?? .bonus(picks[at])
      }
      tree.write(round, sequence: sequence, into: result)
    }
  }
}
