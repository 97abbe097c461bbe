import Numerics
import ShaderInterface

extension Reference {
  /// out = round(flush(g * sigmoid(g)) * flush(u)), g = x[r][i], u = x[r][columns + i].
  ///
  /// `x`: f32 [rows][2 * columns]; `out`: f32 [rows][columns].
  public static func swiglu(
    _ p: ShaderInterface.GatedUnit, x: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>
  ) {
    gatedUnit(p, x: x, out: out) { flush($0 * sigmoid($0)) }
  }

  /// out = round(gelu(g) * flush(u)), g = x[r][i], u = x[r][columns + i].
  ///
  /// `x`: f32 [rows][2 * columns]; `out`: f32 [rows][columns].
  public static func geglu(
    _ p: ShaderInterface.GatedUnit, x: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>
  ) {
    gatedUnit(p, x: x, out: out) { Numerics.gelu($0) }
  }

  /// out = round(geluErf(g) * flush(u)). Operands as those of `geglu`.
  public static func gegluErf(
    _ p: ShaderInterface.GatedUnit, x: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>
  ) {
    gatedUnit(p, x: x, out: out) { Numerics.geluErf($0) }
  }

  @inline(__always)
  private static func gatedUnit(
    _ p: ShaderInterface.GatedUnit, x: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>,
    activated: (Float) -> Float
  ) {
    let columns = Int(p.columns)
    for r in 0..<Int(p.rows) {
      for i in 0..<columns {
        let g = x[r * 2 * columns + i]
        let u = x[r * 2 * columns + columns + i]
        out[r * columns + i] = rounded(activated(g) * flush(u), to: p.significantBits)
      }
    }
  }
}
