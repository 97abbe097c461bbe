import Numerics
import ShaderInterface

extension Reference {
  /// Rotates query and key heads by the angles of position `STATE_LENGTH` + depths[firstRow + r] (RoFormer,
  /// the halves of a head paired); +0 where the position lies outside the table.
  ///
  /// `x`: f32 [rows][inputColumns]; `table`: f32 [positions][headSize / 2][2], cosine then sine; `depths`,
  /// `state`: u32; `out`: f32 [rows][(heads + keyHeads) * headSize]. Each product is flushed before the add.
  public static func rotary(
    _ p: ShaderInterface.Rotary, x: UnsafeBufferPointer<Float>, table: UnsafeBufferPointer<Float>,
    depths: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    let size = Int(p.headSize)
    let half = size / 2
    let heads = Int(p.heads + p.keyHeads)
    for r in 0..<Int(p.rows) {
      let position = Int(state[Int(STATE_LENGTH)]) + Int(depths[Int(p.firstRow) + r])
      let inside = position < table.count / size
      for h in 0..<heads {
        let from = r * Int(p.inputColumns) + h * size
        let to = (r * heads + h) * size
        let bits = h < Int(p.heads) ? p.significantBits : 24
        for i in 0..<half {
          let cosine = inside ? table[(position * half + i) * 2] : 0
          let sine = inside ? table[(position * half + i) * 2 + 1] : 0
          let a = x[from + i]
          let b = x[from + i + half]
          out[to + i] = inside ? rounded(flush(a * cosine) - flush(b * sine), to: bits) : 0
          out[to + i + half] = inside ? rounded(flush(b * cosine) + flush(a * sine), to: bits) : 0
        }
      }
    }
  }
}
