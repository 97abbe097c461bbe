import Numerics
import ShaderInterface

extension Reference {
  /// out = round(flush(x * s) * weight), s = 1 / sqrt(sum of squares * inverseColumns + epsilon), by segment of a row.
  ///
  /// The sum runs over 64 lanes and a halving tree; magnitudes below 2^-40 count as +0 in it.
  /// `x`, `out`: f32 [rows][segments][columns], columns of wider rows; `weight`: f32 [columns].
  public static func rmsNorm(
    _ p: ShaderInterface.RmsNorm, x: UnsafeBufferPointer<Float>, weight: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    let columns = Int(p.columns)
    for r in 0..<Int(p.rows) {
      for segment in 0..<Int(p.segments) {
        let start = r * Int(p.stride) + Int(p.first) + segment * columns
        let squares = rowSum(count: columns) { i in
          let value = x[start + i]
          let a: Float = value.bitPattern & 0x7fff_ffff >= NORM_FLUSH_BITS ? value : 0
          return a * a
        }
        let s = reciprocalRoot(squares * p.inverseColumns + p.epsilon)
        for i in 0..<columns {
          out[start + i] = rounded(flush(x[start + i] * s) * weight[i], to: p.significantBits)
        }
      }
    }
  }
}
