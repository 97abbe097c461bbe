import Numerics
import ShaderInterface

extension Reference {
  /// out = round(base + x * scale), a scale for `width` neighbouring columns; without a base round(x * scale).
  ///
  /// `base`, `out`: f32 [rows][columns], which may be the same buffer; `x`: f32 [rows][columns], columns of wider rows;
  /// `scales`: f32, a row of them for each row, columns of wider rows too, or one for all.
  public static func scaleColumns(
    _ p: ShaderInterface.ScaleColumns, base: UnsafeBufferPointer<Float>, x: UnsafeBufferPointer<Float>,
    scales: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>
  ) {
    for row in 0..<Int(p.rows) {
      for c in 0..<Int(p.columns) {
        let scale = scales[row * Int(p.scaleStride) + Int(p.scaleFirst) + c / Int(p.width)]
        let factor = flush(p.hasGate != 0 ? scale * sigmoid(scale) : scale)
        let product = flush(flush(x[row * Int(p.inputStride) + Int(p.inputFirst) + c]) * factor)
        let element = row * Int(p.columns) + c
        out[element] = rounded(
          (p.hasBase != 0 ? flush(base[element]) : 0) + product, to: p.significantBits)
      }
    }
  }
}
