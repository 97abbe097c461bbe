import Numerics
import ShaderInterface

extension Reference {
  /// out = round(flush(flush(d * s) * weight) + bias), d = flush(x) - mean, s = 1 / sqrt(variance + epsilon), by row.
  ///
  /// Both sums run over 64 lanes and a halving tree; centred magnitudes below 2^-40 count as +0 in the second.
  /// `x`: f32 [rows][columns]; `weight`, `bias`: f32 [columns]; `out`: f32 [rows][columns].
  public static func layerNorm(
    _ p: ShaderInterface.LayerNorm, x: UnsafeBufferPointer<Float>, weight: UnsafeBufferPointer<Float>,
    bias: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>
  ) {
    let columns = Int(p.columns)
    for r in 0..<Int(p.rows) {
      let start = r * columns
      let mean = flush(rowSum(count: columns) { flush(x[start + $0]) } * p.inverseColumns)
      let squares = rowSum(count: columns) { i in
        let d = flush(x[start + i]) - mean
        let a: Float = d.bitPattern & 0x7fff_ffff >= NORM_FLUSH_BITS ? d : 0
        return a * a
      }
      let s = reciprocalRoot(squares * p.inverseColumns + p.epsilon)
      for i in 0..<columns {
        let d = flush(x[start + i]) - mean
        out[start + i] = rounded(flush(flush(d * s) * weight[i]) + bias[i], to: p.significantBits)
      }
    }
  }
}
