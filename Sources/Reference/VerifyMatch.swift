import Numerics
import ShaderInterface

extension Reference {
  /// Walks from the root to the first child that carries the target's pick of the node; the pick without such
  /// a child is the bonus token (greedy or keyed sampling: "pick and match").
  ///
  /// `picks`: u32 [maximumNodes][pickStride], token then status; `tokens`, `parents`, `state`: u32;
  /// `result`: u32 [RESULT_PATH + 2 * maximumNodes].
  public static func verifyMatch(
    _ p: ShaderInterface.VerifyMatch, picks: UnsafeBufferPointer<UInt32>,
    tokens: UnsafeBufferPointer<UInt32>, parents: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, result: UnsafeMutableBufferPointer<UInt32>
  ) {
    let tree = TreeWalk(tokens: tokens, parents: parents, state: state, maximumNodes: p.maximumNodes)
    let stride = Int(p.pickStride)
    tree.verify(into: result) { node, children in
      if stride > 1, picks[node * stride + 1] != STATUS_OK { return .failed(picks[node * stride + 1]) }
      let token = picks[node * stride]
      let match = children.firstIndex { tokens[$0] == token }
      return match.map { .child($0) } ?? .bonus(token)
    }
  }
}
