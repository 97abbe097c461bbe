import Numerics
import ShaderInterface

extension Reference {
  /// out = round(a + b). `a`, `b`, `out`: f32 [count]; `out` may be the same buffer as `a`.
  public static func residualAdd(
    _ p: ShaderInterface.ResidualAdd, a: UnsafeBufferPointer<Float>, b: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    for i in 0..<Int(p.count) { out[i] = rounded(a[i] + b[i], to: p.significantBits) }
  }
}
