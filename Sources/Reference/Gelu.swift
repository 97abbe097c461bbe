import Numerics
import ShaderInterface

extension Reference {
  /// out = round(gelu(x)). `x`, `out`: f32 [count]; `out` may be the same buffer as `x`.
  public static func gelu(
    _ p: ShaderInterface.Gelu, x: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>
  ) {
    for i in 0..<Int(p.count) { out[i] = rounded(Numerics.gelu(x[i]), to: p.significantBits) }
  }

  /// out = round(geluErf(x)). Operands as those of `gelu`.
  public static func geluErf(
    _ p: ShaderInterface.Gelu, x: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>
  ) {
    for i in 0..<Int(p.count) { out[i] = rounded(Numerics.geluErf(x[i]), to: p.significantBits) }
  }
}
