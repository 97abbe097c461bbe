import Foundation

/// How the frequencies of a rotary table are stretched to reach positions beyond those of training.
///
/// The result depends on the settings alone, never on the length of a text, so a row's angles are the same in
/// every call. With d elements that turn, frequency i is f_i = base^(-2i / d), i < d / 2, and its wavelength
/// 2 pi / f_i positions.
public enum RotaryScaling: Sendable, Equatable {
  /// Frequencies as trained.
  case none
  /// Position interpolation: f_i / factor (Chen et al., 2023, arXiv:2306.15595).
  case linear(factor: Double)
  /// NTK-aware with a fixed factor: base * factor^(d / (d - 2)), which leaves f_0 alone and divides the last
  /// frequency by the factor (bloc97, 2023; as given by Peng et al., 2023, arXiv:2309.00071, section 3.1).
  /// d above 2.
  case ntk(factor: Double)
  /// Llama 3.1: wavelengths above `originalPositions / lowFrequencyFactor` are stretched by the factor, those
  /// below `originalPositions / highFrequencyFactor` stay, and between the two f_i is a linear blend
  /// (Grattafiori et al., 2024, and the reference code, `apply_scaling`).
  case llama3(
    factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalPositions: Int)
  /// YaRN (Peng et al., 2023, arXiv:2309.00071): frequencies that turn more than `fast` times within the
  /// original positions stay, those below `slow` turns are divided by the factor, a linear ramp between; the
  /// ramp's ends are rounded outwards to whole indices as in the authors' code. Cosines and sines are multiplied
  /// by `attentionFactor`, 0.1 ln(factor) + 1 where not given, so that logits are scaled by its square.
  case yarn(
    factor: Double, originalPositions: Int, fast: Double = 32, slow: Double = 1,
    attentionFactor: Double? = nil)

  /// The frequencies of `rotarySize` turning elements, in radians per position.
  ///
  /// - Throws: ``ModelConfigurationError/outOfRange(field:value:allowed:)`` where a `config.json` with these values is refused:
  ///   a size that is not even or not in 2...2^20, a base outside 1...1e12, factors outside 1...1e6 and the like, which would
  ///   give frequencies that are no numbers.
  public func frequencies(rotarySize: Int, base: Double) throws(ModelConfigurationError) -> [Double] {
    guard (2...1_048_576).contains(rotarySize), rotarySize % 2 == 0 else {
      throw .outOfRange(
        field: "the rotary size of a head", value: "\(rotarySize)", allowed: "even numbers 2...1048576")
    }
    try Self.check(base: base)
    try check(headSize: rotarySize, theta: base)
    return checkedFrequencies(rotarySize: rotarySize, base: base)
  }

  private func checkedFrequencies(rotarySize: Int, base: Double) -> [Double] {
    let size = Double(rotarySize)
    func plain(_ base: Double) -> [Double] { (0..<rotarySize / 2).map { pow(base, -2 * Double($0) / size) } }
    switch self {
    case .none: return plain(base)
    case .linear(let factor): return plain(base).map { $0 / factor }
    case .ntk(let factor): return plain(base * pow(factor, size / (size - 2)))
    case .llama3(let factor, let low, let high, let original):
      return plain(base).map { frequency in
        let turns = Double(original) * frequency / (2 * Double.pi)  // within the original positions
        if turns < low { return frequency / factor }
        if turns > high { return frequency }
        let share = (turns - low) / (high - low)
        return (1 - share) * frequency / factor + share * frequency
      }
    case .yarn(let factor, let original, let fast, let slow, _):
      // The index, a real number, whose frequency turns `turns` times within the original positions.
      func index(turns: Double) -> Double {
        size * log(Double(original) / (turns * 2 * Double.pi)) / (2 * log(base))
      }
      let first = max(index(turns: fast).rounded(.down), 0)
      let last = min(index(turns: slow).rounded(.up), size - 1)
      let width = first == last ? 0.001 : last - first
      return plain(base).enumerated().map { i, frequency in
        let stretched = min(max((Double(i) - first) / width, 0), 1)
        return stretched * frequency / factor + (1 - stretched) * frequency
      }
    }
  }

  /// What cosines and sines are multiplied by.
  public var amplitude: Double {
    guard case .yarn(let factor, _, _, _, let given) = self else { return 1 }
    return given ?? (factor > 1 ? 0.1 * log(factor) + 1 : 1)
  }
}
