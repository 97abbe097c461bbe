import Numerics
import ShaderInterface

extension Reference {
  /// Adds `rows`, or a sequence's own nodes, to `STATE_LENGTH`, after a prefill. `state`: u32 [sequences][STATE_WORDS].
  public static func advanceState(
    _ p: ShaderInterface.AdvanceState, state: UnsafeMutableBufferPointer<UInt32>
  ) {
    for s in 0..<Int(p.sequences) {
      let start = s * Int(STATE_WORDS)
      state[start + Int(STATE_LENGTH)] &+= p.ownNodes != 0 ? state[start + Int(STATE_NODES)] : p.rows
    }
  }
}
