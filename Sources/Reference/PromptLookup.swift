import Numerics
import ShaderInterface

extension Reference {
  /// Proposes what followed the earliest occurrence of the history's longest repeated suffix of `maximum` down
  /// to `minimum` tokens (prompt lookup decoding, Saxena 2023).
  ///
  /// `history`: u32 [`STATE_LENGTH` + 1], as many as there are; `state`: u32, `STATE_NODES` becomes 1 + the proposal's length;
  /// `tokens`: u32, the history's last token, then the proposal.
  public static func promptLookup(
    _ p: ShaderInterface.PromptLookup, history: UnsafeBufferPointer<UInt32>,
    state: UnsafeMutableBufferPointer<UInt32>, tokens: UnsafeMutableBufferPointer<UInt32>
  ) {
    let length = min(Int(state[Int(STATE_LENGTH)]), history.count - 1) + 1
    let proposal = proposal(p, history: UnsafeBufferPointer(rebasing: history[0..<length]))
    tokens[0] = history[length - 1]
    for (i, token) in proposal.enumerated() { tokens[1 + i] = token }
    state[Int(STATE_NODES)] = UInt32(1 + proposal.count)
  }

  private static func proposal(
    _ p: ShaderInterface.PromptLookup, history: UnsafeBufferPointer<UInt32>
  ) -> Slice<UnsafeBufferPointer<UInt32>> {
    let last = history.count - 1
    var (longest, next) = (0, history.count)
    for end in 1..<history.count {
      let same = (0..<min(Int(p.maximum), end)).prefix { history[end - 1 - $0] == history[last - $0] }.count
      if same > longest { (longest, next) = (same, end) }
    }
    return history[(longest >= p.minimum ? next : history.count)...].prefix(Int(p.count))
  }
}
