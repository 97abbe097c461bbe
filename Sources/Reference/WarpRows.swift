import Numerics
import ShaderInterface

extension Reference {
  /// The words of `Warp` for each row, with a temperature or a top-p of its own.
  ///
  /// `temperatures`, `topP`: f32 [rows], each read if p says so; `warps`: u32 [rows][`WARP_WORDS`]. What is out of range
  /// leaves the row without a temperature: `NAN_BITS`.
  public static func warpRows(
    _ p: ShaderInterface.WarpRows, temperatures: UnsafeBufferPointer<Float>,
    topP: UnsafeBufferPointer<Float>, warps: UnsafeMutableBufferPointer<UInt32>
  ) {
    for r in 0..<Int(p.rows) {
      var (factor, share) = (p.inverseTemperature.bitPattern, p.topP)
      if p.hasTemperatures != 0 {
        let temperature = temperatures[r]
        let isInRange = temperature >= 0x1p-20 && temperature <= 0x1p60
        factor = isInRange ? reciprocal(temperature).bitPattern : NAN_BITS
      }
      if p.hasTopP != 0 {
        let own = flush(topP[r])
        share = own >= 0 && own < 1 ? max(1, UInt32((Double(own) * 0x1p32).rounded(.down))) : 0
        if !(own >= 0 && own <= 1) { factor = NAN_BITS }
      }
      for (i, word) in [factor, p.topK, share, p.leastWeight, p.typicalP].enumerated() {
        warps[r * Int(WARP_WORDS) + i] = word
      }
    }
  }
}
