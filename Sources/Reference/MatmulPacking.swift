import Numerics
import ShaderInterface

/// The tile layout of matmul weights (see `matmul.h`): tiles of 32 outputs; in a tile, for each group of 8 (f16)
/// or 4 (f32) inputs, 32 neighbouring 16-byte words, one an output, lowest input in the lowest bits.
public struct MatmulPacking: Sendable {
  /// The stored number format.
  public enum Format: String, Sendable, CaseIterable {
    case f16, f32

    /// Inputs in a 16-byte word.
    public var group: Int { self == .f16 ? 8 : 4 }
  }

  public let format: Format
  /// Length of a row, K.
  public let inputs: Int
  /// Rows, N.
  public let outputs: Int

  public init(format: Format, inputs: Int, outputs: Int) {
    self.format = format
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Magnitudes below this are zeroed in f32 weights, so that no sum of products is subnormal.
  public static let smallestWeight: Float = 0x1p-38

  /// Inputs in a 16-byte word.
  public var groupSize: Int { format.group }
  /// Groups of inputs a row, the last one padded with zeros.
  public var groups: Int { (inputs + groupSize - 1) / groupSize }
  /// Tiles of 32 outputs, the last one padded with zeros.
  public var tiles: Int { (outputs + Int(MATMUL_TILE) - 1) / Int(MATMUL_TILE) }
  /// 32-bit words of the packed weights.
  public var wordCount: Int { tiles * groups * Int(MATMUL_TILE) * 4 }

  /// The first of the four 32-bit words that hold `group` of `output`.
  public func word(output: Int, group: Int) -> Int {
    let tile = Int(MATMUL_TILE)
    return (((output / tile) * groups + group) * tile + output % tile) * 4
  }

  /// Packed words of row-major [outputs][inputs] halves.
  public func pack(halves: UnsafeBufferPointer<UInt16>) -> [UInt32] {
    precondition(format == .f16 && halves.count == inputs * outputs)
    var words = [UInt32](repeating: 0, count: wordCount)
    for n in 0..<outputs {
      for k in 0..<inputs {
        words[word(output: n, group: k / 8) + k % 8 / 2] |=
          UInt32(halves[n * inputs + k]) << UInt32(k % 2 * 16)
      }
    }
    return words
  }

  /// Packed words of row-major [outputs][inputs] floats, and how many non-zero magnitudes below 2^-38 became +0.
  public func pack(floats: UnsafeBufferPointer<Float>) -> (words: [UInt32], cleaned: Int) {
    precondition(format == .f32 && floats.count == inputs * outputs)
    var words = [UInt32](repeating: 0, count: wordCount)
    var cleaned = 0
    for n in 0..<outputs {
      for k in 0..<inputs {
        let weight = floats[n * inputs + k]
        let small = abs(weight) < Self.smallestWeight
        if small && weight != 0 { cleaned += 1 }
        words[word(output: n, group: k / 4) + k % 4] = small ? 0 : weight.bitPattern
      }
    }
    return (words, cleaned)
  }

  /// The weight of (output, input), exactly.
  @inline(__always)
  public func weight(_ words: UnsafeBufferPointer<UInt32>, output: Int, input: Int) -> Float {
    let first = word(output: output, group: input / groupSize)
    switch format {
    case .f16: return float(halves: words, at: first * 2 + input % 8)
    case .f32: return Float(bitPattern: words[first + input % 4])
    }
  }
}
