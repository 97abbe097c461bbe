import Numerics
import ShaderInterface

extension Reference {
  /// out = round(x). `x`, `out`: f32 [count]; they may be the same buffer.
  public static func roundActivations(
    _ p: ShaderInterface.RoundActivations, x: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    for i in 0..<Int(p.count) { out[i] = rounded(x[i], to: p.significantBits) }
  }
}
