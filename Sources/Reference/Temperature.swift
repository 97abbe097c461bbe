import Numerics
import ShaderInterface

extension Reference {
  /// What row `row` multiplies its logits with: `given`, or its own in `warps`: u32 [rows][`WARP_WORDS`].
  static func inverseTemperature(
    _ given: Float, rowWarps: UInt32, _ warps: UnsafeBufferPointer<UInt32>, row: Int
  ) -> Float {
    rowWarps == 0 ? given : Float(bitPattern: warps[row * Int(WARP_WORDS)])
  }

  static func isInverseTemperature(_ factor: Float) -> Bool {
    (LEAST_INVERSE_TEMPERATURE_BITS...GREATEST_INVERSE_TEMPERATURE_BITS).contains(factor.bitPattern)
  }

  /// z of a logit.
  static func tempered(_ logit: Float, _ inverseTemperature: Float) -> Float {
    flush(flush(logit) * inverseTemperature)
  }
}
