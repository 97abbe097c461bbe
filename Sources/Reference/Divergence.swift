import Numerics
import ShaderInterface

extension Reference {
  /// out[r] = KL(p || q) of two rows of logits, in nats, not below +0.
  ///
  /// `p`, `q`: f32 [rows][vocabulary]; `out`: f32 [rows]; `status`: u32 [rows], both rows' bits. NaN with a status.
  public static func divergence(
    _ parameters: ShaderInterface.Divergence, p: UnsafeBufferPointer<Float>, q: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>, status: UnsafeMutableBufferPointer<UInt32>
  ) {
    for r in 0..<Int(parameters.rows) {
      let a = Softmax(p, row: r, vocabulary: Int(parameters.vocabulary))
      let b = Softmax(q, row: r, vocabulary: Int(parameters.vocabulary))
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
