import Numerics
import ShaderInterface

extension Reference {
  /// out = scaleA * a + scaleB * b where a is at most -threshold below its row's best, -infinity elsewhere.
  ///
  /// `a`, `b`, `out`: f32 [rows][vocabulary]; `out` may be the same buffer as `a`.
  /// -infinity in either gives -infinity, NaN or +infinity in either gives NaN.
  public static func mixLogits(
    _ p: ShaderInterface.MixLogits, a: UnsafeBufferPointer<Float>, b: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    let vocabulary = Int(p.vocabulary)
    for r in 0..<Int(p.rows) {
      let row = r * vocabulary..<(r + 1) * vocabulary
      let m = row.map { flush(a[$0]) }.filter { $0 < .infinity }.reduce(-.infinity, maximum)
      let least = m + p.threshold
      for i in row {
        let (y, z) = (flush(a[i]), flush(b[i]))
        if y.isNaN || z.isNaN || y == .infinity || z == .infinity {
          out[i] = notANumber
        } else if y == -.infinity || z == -.infinity || y < least {
          out[i] = -.infinity
        } else {
          out[i] = flush(flush(p.scaleA * y) + flush(p.scaleB * z))
        }
      }
    }
  }
}
