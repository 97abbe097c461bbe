import Numerics
import ShaderInterface

extension Reference {
  /// out[r] = (z - m) - log(S) for the logit z of tokens[r], flushed; -infinity for a banned token.
  ///
  /// `logits`: f32 [rows][vocabulary]; `tokens`: u32 [rows]; `out`: f32 [rows]; `status`: u32 [rows].
  /// NaN with a status, which has `STATUS_MALFORMED_DRAFT` for a token outside the vocabulary.
  public static func tokenLogProbability(
    _ p: ShaderInterface.TokenLogProbability, logits: UnsafeBufferPointer<Float>,
    tokens: UnsafeBufferPointer<UInt32>, out: UnsafeMutableBufferPointer<Float>,
    status: UnsafeMutableBufferPointer<UInt32>
  ) {
    for r in 0..<Int(p.rows) {
      let softmax = Softmax(logits, row: r, vocabulary: Int(p.vocabulary))
      status[r] = softmax.status | (tokens[r] < p.vocabulary ? STATUS_OK : STATUS_MALFORMED_DRAFT)
      out[r] =
        status[r] == STATUS_OK
        ? flush(softmax.below[Int(tokens[r])] - logPositive(softmax.sum)) : notANumber
    }
  }
}
