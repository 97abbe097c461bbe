import Numerics
import ShaderInterface

extension Reference {
  /// out = x[state[`STATE_LAST_NODE`]], or row 0 where that is not below `rows`.
  ///
  /// `x`: f32 [rows][columns]; `state`: u32; `out`: f32 [1][columns].
  public static func gatherRow(
    _ p: ShaderInterface.GatherRow, x: UnsafeBufferPointer<Float>, state: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    let node = state[Int(STATE_LAST_NODE)]
    let row = node < p.rows ? Int(node) : 0
    for c in 0..<Int(p.columns) { out[c] = x[row * Int(p.columns) + c] }
  }
}
