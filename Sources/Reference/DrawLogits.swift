import Numerics
import ShaderInterface

extension Reference {
  /// out[r] = what `distribution` and then `drawTarget` give for the row: (token, status).
  ///
  /// `logits`: f32 [rows][vocabulary]; `depths`: u32 [rows]; `state`: u32; `owners`: u32 [rows], read in a batch;
  /// `out`: u32 [rows][2]; `warps`: u32 [rows][`WARP_WORDS`], with p.rowWarps. A row whose own warp selects tokens has
  /// `STATUS_SELECTIVE_WARP`.
  public static func drawLogits(
    _ p: ShaderInterface.DrawLogits, logits: UnsafeBufferPointer<Float>, depths: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<UInt32>,
    warps: UnsafeBufferPointer<UInt32> = UnsafeBufferPointer(start: nil, count: 0)
  ) {
    var weights = [UInt32](repeating: 0, count: Int(p.rows) * Int(p.vocabulary))
    var totals = [UInt32](repeating: 0, count: Int(p.rows) * 2)
    weights.withUnsafeMutableBufferPointer { weights in
      totals.withUnsafeMutableBufferPointer { totals in
        distribution(
          ShaderInterface.Distribution(
            rows: p.rows, vocabulary: p.vocabulary, inverseTemperature: p.inverseTemperature, topK: 0,
            topP: 0, leastWeight: p.leastWeight, typicalP: 0, rowWarps: p.rowWarps), logits: logits,
          weights: weights, totals: totals, warps: warps)
        drawTarget(
          ShaderInterface.DrawTarget(
            rows: p.rows, vocabulary: p.vocabulary, sequences: p.sequences, stream: p.stream),
          weights: UnsafeBufferPointer(weights), totals: UnsafeBufferPointer(totals), depths: depths,
          state: state, owners: owners, out: out)
      }
    }
    for r in 0..<Int(p.rows) where p.rowWarps != 0 && out[2 * r + 1] != STATUS_MALFORMED_TREE {
      let selections = [1, 2, 4].map { warps[r * Int(WARP_WORDS) + $0] }
      if selections != [0, 0, 0] { (out[2 * r], out[2 * r + 1]) = (0, STATUS_SELECTIVE_WARP) }
    }
  }
}
