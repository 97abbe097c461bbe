import Numerics
import ShaderInterface

extension Reference {
  /// out = scaleA * a + scaleB * b where a is at most -threshold below its row's best, -infinity elsewhere.
  ///
  /// `a`, `b`, `out`: f32 [rows][vocabulary]; `out` may be the same buffer as `a`.
  /// -infinity in either gives -infinity, NaN or +infinity in either gives NaN. With `normalize` log-probabilities are mixed.
  public static func mixLogits(
    _ p: ShaderInterface.MixLogits, a: UnsafeBufferPointer<Float>, b: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    let vocabulary = Int(p.vocabulary)
    for r in 0..<Int(p.rows) {
      let row = r * vocabulary..<(r + 1) * vocabulary
      let ofA = Softmax(a, row: r, vocabulary: vocabulary)
      let ofB = Softmax(b, row: r, vocabulary: vocabulary)
      if p.normalize != 0 && ofA.status | ofB.status != STATUS_OK {
        for i in row { out[i] = notANumber }
        continue
      }
      let (logA, logB) = p.normalize != 0 ? (logPositive(ofA.sum), logPositive(ofB.sum)) : (0, 0)
      let m = row.map { flush(a[$0]) }.filter { $0 < .infinity }.reduce(-.infinity, maximum)
      let least = m + p.threshold
      for i in row {
        let (y, z) = (flush(a[i]), flush(b[i]))
        if y.isNaN || z.isNaN || y == .infinity || z == .infinity {
          out[i] = notANumber
        } else if y == -.infinity || z == -.infinity || y < least {
          out[i] = -.infinity
        } else if p.normalize != 0 {
          let v = i - row.lowerBound
          let (y, z) = (flush(ofA.below[v] - logA), flush(ofB.below[v] - logB))
          out[i] = flush(flush(p.scaleA * y) + flush(p.scaleB * z))
        } else {
          out[i] = flush(flush(p.scaleA * y) + flush(p.scaleB * z))
        }
      }
    }
  }
}
