import Numerics
import ShaderInterface

extension Reference {
  /// out = scaleA * a + scaleB * b where a is at most -threshold below its row's best, -infinity elsewhere; or a less a
  /// part of its probabilities' difference from b's.
  ///
  /// `a`, `b`, `out`: f32 [rows][vocabulary]; `out` may be the same buffer as `a`.
  /// NaN or +infinity in either gives NaN, of modes other than `MIX_LOGITS` in the whole row.
  public static func mixLogits(
    _ p: ShaderInterface.MixLogits, a: UnsafeBufferPointer<Float>, b: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    let vocabulary = Int(p.vocabulary)
    for r in 0..<Int(p.rows) {
      let temperature = p.mode == MIX_TRANSFER ? p.inverseTemperature : 1
      let ofA = Softmax(a, row: r, vocabulary: vocabulary, inverseTemperature: temperature)
      let ofB = Softmax(b, row: r, vocabulary: vocabulary, inverseTemperature: temperature)
      let row = r * vocabulary..<(r + 1) * vocabulary
      let (y, z) = (row.map { flush(a[$0]) }, row.map { flush(b[$0]) })
      let mixed =
        if p.mode != MIX_LOGITS && ofA.status | ofB.status != STATUS_OK {
          [Float](repeating: notANumber, count: vocabulary)
        } else if p.mode == MIX_TRANSFER {
          transferred(p, y, ofA, ofB)
        } else {
          combined(p, y, z, ofA, ofB)
        }
      for (i, value) in zip(row, mixed) { out[i] = value }
    }
  }

  private static func combined(
    _ p: ShaderInterface.MixLogits, _ y: [Float], _ z: [Float], _ ofA: Softmax, _ ofB: Softmax
  ) -> [Float] {
    let least = y.filter { $0 < .infinity }.reduce(-.infinity, maximum) + p.threshold
    let normalizes = p.mode == MIX_LOG_PROBABILITIES
    let (logA, logB) = normalizes ? (logPositive(ofA.sum), logPositive(ofB.sum)) : (0, 0)
    return y.indices.map { v in
      if y[v].isNaN || z[v].isNaN || y[v] == .infinity || z[v] == .infinity { return notANumber }
      if y[v] == -.infinity || z[v] == -.infinity || y[v] < least { return -.infinity }
      let left = normalizes ? flush(ofA.below[v] - logA) : y[v]
      let right = normalizes ? flush(ofB.below[v] - logB) : z[v]
      return flush(flush(p.scaleA * left) + flush(p.scaleB * right))
    }
  }

  private static func transferred(
    _ p: ShaderInterface.MixLogits, _ y: [Float], _ ofA: Softmax, _ ofB: Softmax
  ) -> [Float] {
    let (partA, partB) = (reciprocal(ofA.sum), reciprocal(ofB.sum))
    return y.indices.map { v in
      if y[v] == -.infinity { return -.infinity }
      let difference = flush(ofA.shares[v] * partA) - flush(ofB.shares[v] * partB)
      return flush(y[v] - flush(p.scaleB * (flush(ofB.below[v]) < p.threshold ? 0 : difference)))
    }
  }
}
