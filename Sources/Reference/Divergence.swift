import Numerics
import ShaderInterface

extension Reference {
  /// out[r] = KL(p || q) of two rows of logits, in nats, not below +0.
  ///
  /// `p`, `q`: f32 [rows][vocabulary]; `out`: f32 [rows]; `status`: u32 [rows], both rows' bits;
  /// `warps`: u32 [rows][`WARP_WORDS`], with parameters.rowWarps. NaN with a status.
  public static func divergence(
    _ parameters: ShaderInterface.Divergence, p: UnsafeBufferPointer<Float>, q: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>, status: UnsafeMutableBufferPointer<UInt32>,
    warps: UnsafeBufferPointer<UInt32> = UnsafeBufferPointer(start: nil, count: 0)
  ) {
    for r in 0..<Int(parameters.rows) {
      let t = inverseTemperature(
        parameters.inverseTemperature, rowWarps: parameters.rowWarps, warps, row: r)
      let a = Softmax(p, row: r, vocabulary: Int(parameters.vocabulary), inverseTemperature: t)
      let b = Softmax(q, row: r, vocabulary: Int(parameters.vocabulary), inverseTemperature: t)
      status[r] = a.status | b.status
      out[r] = notANumber
      if status[r] == STATUS_OK {
        let mean = a.weighted { a.below[$0] - b.below[$0] } * reciprocal(a.sum)
        let d = (mean - logPositive(a.sum)) + logPositive(b.sum)
        out[r] = d > 0 ? flush(d) : 0
      }
    }
  }
}
