import Numerics
import ShaderInterface

extension Reference {
  /// out = round(softplus(x)). `x`: f32 [rows][columns], columns of wider rows; `out`: f32 [rows][columns].
  public static func softplus(
    _ p: ShaderInterface.Softplus, x: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>
  ) {
    for row in 0..<Int(p.rows) {
      for c in 0..<Int(p.columns) {
        let value = x[row * Int(p.inputStride) + Int(p.inputFirst) + c]
        out[row * Int(p.columns) + c] = rounded(Numerics.softplus(value), to: p.significantBits)
      }
    }
  }
}
