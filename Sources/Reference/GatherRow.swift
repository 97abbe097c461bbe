import Numerics
import ShaderInterface

extension Reference {
  /// out[s] = x[f + state[s][`STATE_LAST_NODE`]], or row f where the sequence has no such row.
  ///
  /// `x`: f32 [rows][columns]; `state`: u32 [sequences][STATE_WORDS]; `out`: f32 [sequences][columns].
  public static func gatherRow(
    _ p: ShaderInterface.GatherRow, x: UnsafeBufferPointer<Float>, state: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    let (columns, rows) = (Int(p.columns), Int(p.rows))
    for s in 0..<Int(p.sequences) {
      func word(_ index: UInt32) -> Int { Int(state[s * Int(STATE_WORDS) + Int(index)]) }
      let isAlone = p.sequences == 1
      let first = isAlone || word(STATE_FIRST_NODE) >= rows ? 0 : word(STATE_FIRST_NODE)
      let node = word(STATE_LAST_NODE)
      let isOwn = first + node < rows && (isAlone || node < word(STATE_NODES))
      let row = isOwn ? first + node : first
      for c in 0..<columns { out[s * columns + c] = x[row * columns + c] }
    }
  }
}
