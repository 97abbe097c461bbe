import Numerics
import ShaderInterface

extension Reference {
  /// out[r] = what `distribution` and then `drawTarget` give for the row: (token, status).
  ///
  /// `logits`: f32 [rows][vocabulary]; `depths`: u32 [rows]; `state`: u32; `owners`: u32 [rows], read in a batch;
  /// `out`: u32 [rows][2].
  public static func drawLogits(
    _ p: ShaderInterface.DrawLogits, logits: UnsafeBufferPointer<Float>, depths: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<UInt32>
  ) {
    var weights = [UInt32](repeating: 0, count: Int(p.rows) * Int(p.vocabulary))
    var totals = [UInt32](repeating: 0, count: Int(p.rows) * 2)
    weights.withUnsafeMutableBufferPointer { weights in
      totals.withUnsafeMutableBufferPointer { totals in
        distribution(
          ShaderInterface.Distribution(
            rows: p.rows, vocabulary: p.vocabulary, inverseTemperature: p.inverseTemperature, topK: 0,
            topP: 0, leastWeight: p.leastWeight, typicalP: 0, rowWarps: 0), logits: logits, weights: weights,
          totals: totals)
        drawTarget(
          ShaderInterface.DrawTarget(
            rows: p.rows, vocabulary: p.vocabulary, sequences: p.sequences, stream: p.stream),
          weights: UnsafeBufferPointer(weights), totals: UnsafeBufferPointer(totals), depths: depths,
          state: state, owners: owners, out: out)
      }
    }
  }
}
