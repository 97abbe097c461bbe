import Foundation

/// Cosines and sines of rotary position embedding (Su et al., 2021).
public enum RotaryTable {
  /// f32 `[positions][rotarySize / 2][2]`, amplitude times cosine, then sine, of position * frequency, where the
  /// frequencies are base^(-2i / rotarySize) under `scaling`; `rotarySize` elements of a head turn.
  ///
  /// Computed in Double and rounded once, so every backend reads the same bits. `rotary` and `rotaryAppend` take the table.
  /// - Throws: ``ModelConfigurationError/outOfRange(field:value:allowed:)`` for positions outside 0...2^24 and where
  ///   ``RotaryScaling/frequencies(rotarySize:base:)`` does.
  public static func values(
    positions: Int, rotarySize: Int, base: Double, scaling: RotaryScaling = .none
  ) throws(ModelConfigurationError) -> [Float] {
    guard (0...16_777_216).contains(positions) else {
      throw .outOfRange(
        field: "the positions of a rotary table", value: "\(positions)", allowed: "0...16777216")
    }
    let frequencies = try scaling.frequencies(rotarySize: rotarySize, base: base)
    var table: [Float] = []
    table.reserveCapacity(positions * rotarySize)
    let amplitude = scaling.amplitude
    for position in 0..<positions {
      for frequency in frequencies {
        let angle = Double(position) * frequency
        table.append(Float(amplitude * cos(angle)))
        table.append(Float(amplitude * sin(angle)))
      }
    }
    return table
  }
}
