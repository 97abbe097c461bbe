import Numerics
import ShaderInterface

extension Reference {
  /// out[r] = (maximum, log-sum-exp, entropy in nats, gap between the best two), each flushed.
  ///
  /// `logits`: f32 [rows][vocabulary]; `out`: f32 [rows][4]; `status`: u32 [rows]; `warps`: u32 [rows][`WARP_WORDS`], with
  /// p.rowWarps. NaN with a status.
  public static func rowStatistics(
    _ p: ShaderInterface.RowStatistics, logits: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>, status: UnsafeMutableBufferPointer<UInt32>,
    warps: UnsafeBufferPointer<UInt32> = UnsafeBufferPointer(start: nil, count: 0)
  ) {
    let vocabulary = Int(p.vocabulary)
    for r in 0..<Int(p.rows) {
      let softmax = Softmax(
        logits, row: r, vocabulary: vocabulary,
        inverseTemperature: inverseTemperature(p.inverseTemperature, rowWarps: p.rowWarps, warps, row: r))
      status[r] = softmax.status
      var values = [Float](repeating: notANumber, count: 4)
      if softmax.status == STATUS_OK {
        let m = softmax.maximum
        let logSum = logPositive(softmax.sum)
        let mean = softmax.weighted { softmax.below[$0] }
        let gap = vocabulary > 1 ? -softmax.below.sorted(by: >)[1] : .infinity
        values = [m, m + logSum, logSum - mean * reciprocal(softmax.sum), gap].map { flush($0) }
      }
      for i in 0..<4 { out[4 * r + i] = values[i] }
    }
  }
}
