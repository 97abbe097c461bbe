import Numerics
import ShaderInterface

extension Reference {
  /// out = round(flush(g * sigmoid(g)) * flush(u)), g = x[r][i], u = x[r][columns + i].
  ///
  /// `x`: f32 [rows][2 * columns]; `out`: f32 [rows][columns].
  public static func swiglu(
    _ p: ShaderInterface.Swiglu, x: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>
  ) {
    let columns = Int(p.columns)
    for r in 0..<Int(p.rows) {
      for i in 0..<columns {
        let g = x[r * 2 * columns + i]
        let u = x[r * 2 * columns + columns + i]
        out[r * columns + i] = rounded(flush(g * sigmoid(g)) * flush(u), to: p.significantBits)
      }
    }
  }
}
