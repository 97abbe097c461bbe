import Foundation

/// Cosines and sines of rotary position embedding (Su et al., 2021).
public enum RotaryTable {
  /// f32 `[positions][rotarySize / 2][2]`, amplitude times cosine, then sine, of position * frequency, where the
  /// frequencies are base^(-2i / rotarySize) under `scaling`; `rotarySize` elements of a head turn.
  ///
  /// Computed in Double and rounded once, so every backend reads the same bits. `rotary` and `rotaryAppend` take the table.
  public static func values(
    positions: Int, rotarySize: Int, base: Double, scaling: RotaryScaling = .none
  ) -> [Float] {
    precondition(
      positions >= 0 && rotarySize > 0 && rotarySize % 2 == 0,
      "a rotary table of \(positions) positions and \(rotarySize) elements, which have to be even")
    var table: [Float] = []
    table.reserveCapacity(positions * rotarySize)
    let frequencies = scaling.frequencies(rotarySize: rotarySize, base: base)
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
