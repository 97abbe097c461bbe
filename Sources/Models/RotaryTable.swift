import Foundation

/// Cosines and sines of rotary position embedding (Su et al., 2021).
enum RotaryTable {
  /// f32 `[positions][headSize / 2][2]`, cosine then sine of position * base^(-2i / headSize).
  ///
  /// Computed in Double and rounded once, so every backend reads the same bits.
  static func values(positions: Int, headSize: Int, base: Double) -> [Float] {
    var table: [Float] = []
    table.reserveCapacity(positions * headSize)
    let frequencies = (0..<headSize / 2).map { pow(base, -2 * Double($0) / Double(headSize)) }
    for position in 0..<positions {
      for frequency in frequencies {
        let angle = Double(position) * frequency
        table.append(Float(cos(angle)))
        table.append(Float(sin(angle)))
      }
    }
    return table
  }
}
