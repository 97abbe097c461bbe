import Numerics
import ShaderInterface

extension Reference {
  /// Adds `rows` to `STATE_LENGTH`, after a prefill. `state`: u32.
  public static func advanceState(
    _ p: ShaderInterface.AdvanceState, state: UnsafeMutableBufferPointer<UInt32>
  ) {
    state[Int(STATE_LENGTH)] &+= p.rows
  }
}
