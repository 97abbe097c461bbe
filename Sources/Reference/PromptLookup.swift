import Numerics
import ShaderInterface

extension Reference {
  /// Proposes what followed the earliest occurrence of the history's longest repeated suffix of `maximum` down
  /// to `minimum` tokens (prompt lookup decoding, Saxena 2023).
  ///
  /// `history`: u32 [sequences][historyCapacity]; `state`: u32 [sequences][`STATE_WORDS`], `STATE_NODES` becomes 1 + the
  /// proposal's length; `tokens`: u32 [capacity], from each root on the history's last token, then the proposal.
  public static func promptLookup(
    _ p: ShaderInterface.PromptLookup, history: UnsafeBufferPointer<UInt32>,
    state: UnsafeMutableBufferPointer<UInt32>, tokens: UnsafeMutableBufferPointer<UInt32>
  ) {
    let capacity = Int(p.historyCapacity)
    for s in 0..<Int(p.sequences) {
      let own = PackedSequence(state: state, sequence: s)
      guard p.sequences == 1 || own.fits(nodes: 1 + p.count, capacity: p.capacity) else { continue }
      let root = p.sequences == 1 ? 0 : own.first
      let length = min(Int(own.length), capacity - 1) + 1
      let text = UnsafeBufferPointer(rebasing: history[s * capacity..<s * capacity + length])
      let proposal = proposal(p, history: text)
      tokens[root] = text[length - 1]
      for (i, token) in proposal.enumerated() { tokens[root + 1 + i] = token }
      own.nodes = UInt32(1 + proposal.count)
    }
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
