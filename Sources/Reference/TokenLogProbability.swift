import Numerics
import ShaderInterface

extension Reference {
  /// out[r][j] = (z - m) - log(S) for the logit z of tokens[r][j], flushed; -infinity for a banned token.
  ///
  /// `logits`: f32 [rows][vocabulary]; `tokens`: u32 [rows][count]; `out`: f32 [rows][count]; `status`: u32 [rows];
  /// `warps`: u32 [rows][`WARP_WORDS`], with p.rowWarps.
  /// NaN with the row's status, and for a token outside the vocabulary, which adds `STATUS_MALFORMED_DRAFT`.
  public static func tokenLogProbability(
    _ p: ShaderInterface.TokenLogProbability, logits: UnsafeBufferPointer<Float>,
    tokens: UnsafeBufferPointer<UInt32>, out: UnsafeMutableBufferPointer<Float>,
    status: UnsafeMutableBufferPointer<UInt32>,
    warps: UnsafeBufferPointer<UInt32> = UnsafeBufferPointer(start: nil, count: 0)
  ) {
    let count = Int(p.count)
    for r in 0..<Int(p.rows) {
      let softmax = Softmax(
        logits, row: r, vocabulary: Int(p.vocabulary),
        inverseTemperature: inverseTemperature(p.inverseTemperature, rowWarps: p.rowWarps, warps, row: r))
      status[r] = softmax.status
      for i in r * count..<(r + 1) * count {
        let exists = tokens[i] < p.vocabulary
        if !exists { status[r] |= STATUS_MALFORMED_DRAFT }
        out[i] =
          exists && softmax.status == STATUS_OK
          ? flush(softmax.below[Int(tokens[i])] - logPositive(softmax.sum)) : notANumber
      }
    }
  }
}
