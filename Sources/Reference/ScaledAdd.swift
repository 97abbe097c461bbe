import Numerics
import ShaderInterface

extension Reference {
  /// out = round(flush(flush(a) * flush(scaleA)) + flush(flush(b) * flush(scaleB))).
  ///
  /// `a`, `b`, `out`: f32 [count]; `out` may be the same buffer as `a`.
  public static func scaledAdd(
    _ p: ShaderInterface.ScaledAdd, a: UnsafeBufferPointer<Float>, b: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    for i in 0..<Int(p.count) {
      let first = flush(flush(a[i]) * flush(p.scaleA))
      let second = flush(flush(b[i]) * flush(p.scaleB))
      out[i] = rounded(first + second, to: p.significantBits)
    }
  }
}
