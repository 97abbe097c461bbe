import Numerics
import ShaderInterface

/// The tile layout of matmul weights (see `matmul.h`): tiles of 32 outputs; in a tile, for each group of inputs, planes of
/// 32 neighbouring 16-byte words, one an output, then the scales of the 32 outputs where the format has them.
public struct MatmulPacking: Sendable {
  /// The stored number format.
  public enum Format: String, Sendable, CaseIterable {
    case f32, f16, bf16
    /// Blocks of 32 signed bytes with an f16 scale.
    case q8 = "q8_0"
    /// Blocks of 32 nibbles, less 8, with an f16 scale.
    case q4 = "q4_0"
    /// Signed bytes with an f32 scale a row.
    case int8

    /// Inputs of a group.
    public var group: Int {
      switch self {
      case .f32: 4
      case .f16, .bf16: 8
      case .q8, .q4: Int(BLOCK_INPUTS)
      case .int8: 16
      }
    }

    /// 16-byte words of a group and output.
    var planes: Int { self == .q8 ? 2 : 1 }
    /// Whether each group has a scale: its weights are then integers.
    public var isScaled: Bool { self == .q8 || self == .q4 }
    /// Bytes of one output's group, as published block layouts have them too: 16, 34 (`q8_0`) or 18 (`q4_0`).
    public var groupBytes: Int { 16 * planes + (isScaled ? 2 : 0) }
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

  /// Outputs of a tile.
  static let tile = Int(MATMUL_TILE)
  /// Magnitudes below this are zeroed in f32 and bf16 weights, so that no sum of products is subnormal.
  public static let smallestWeight: Float = 0x1p-38

  /// Inputs of a group.
  public var groupSize: Int { format.group }
  /// Groups of inputs a row, the last one padded with zeros.
  public var groups: Int { (inputs + groupSize - 1) / groupSize }
  /// Tiles of 32 outputs, the last one padded with zeros.
  public var tiles: Int { (outputs + Self.tile - 1) / Self.tile }
  /// 32-bit words of a tile; every fourth tile starts at a multiple of 256 bytes.
  public var tileWordCount: Int { groups * groupWordCount + (format == .int8 ? Self.tile : 0) }
  /// 32-bit words of the packed weights, whole lines of 256 bytes.
  public var wordCount: Int {
    let line = Int(MATMUL_LINE) * 4
    return (tiles * tileWordCount + line - 1) / line * line
  }

  var groupWordCount: Int { format.groupBytes * Self.tile / 4 }

  /// The first 32-bit word of a group's scales, or of the next group without them.
  private func scaleWord(output: Int, group: Int) -> Int {
    output / Self.tile * tileWordCount + group * groupWordCount + format.planes * Self.tile * 4
  }

  /// The first of the four 32-bit words of `group` and `output` in a plane.
  public func word(output: Int, group: Int, plane: Int = 0) -> Int {
    let tile = output / Self.tile * tileWordCount + group * groupWordCount
    return tile + (plane * Self.tile + output % Self.tile) * 4
  }

  /// The weight of (output, input), exactly; an integer to be scaled in formats with scales.
  @inline(__always)
  public func weight(_ words: UnsafeBufferPointer<UInt32>, output: Int, input: Int) -> Float {
    let k = input % groupSize
    let first = word(output: output, group: input / groupSize, plane: format == .q8 ? k / 16 : 0)
    switch format {
    case .f32: return Float(bitPattern: words[first + k])
    case .f16: return float(halves: words, at: first * 2 + k)
    case .bf16: return Float(bitPattern: (words[first + k / 2] >> UInt32(k % 2 * 16)) << 16)
    case .q8: return Float(Int8(truncatingIfNeeded: words[first + k % 16 / 4] >> UInt32(k % 4 * 8)))
    case .q4:
      let byte = words[first + k % 16 / 4] >> UInt32(k % 4 * 8)
      return Float(Int((byte >> UInt32(k / 16 * 4)) & 15) - 8)
    case .int8: return Float(Int8(truncatingIfNeeded: words[first + k / 4] >> UInt32(k % 4 * 8)))
    }
  }

  /// The scale of (output, group) in block formats, exactly.
  @inline(__always)
  public func scale(_ words: UnsafeBufferPointer<UInt32>, output: Int, group: Int) -> Float {
    precondition(format.isScaled)
    return float(halves: words, at: scaleWord(output: output, group: group) * 2 + output % Self.tile)
  }
}

extension MatmulPacking {
  /// The word of an output's scale in int8.
  func rowScaleWord(output: Int) -> Int {
    output / Self.tile * tileWordCount + groups * groupWordCount + output % Self.tile
  }
}

// Packing: row-major [outputs][inputs] numbers or published blocks to words.
extension MatmulPacking {
  /// Packed words of halves, kept as they are.
  public func pack(halves: UnsafeBufferPointer<UInt16>) -> [UInt32] {
    precondition(format == .f16 && halves.count == inputs * outputs)
    return packPairs { halves[$0] }
  }

  /// Packed words of bf16 numbers, and how many non-zero magnitudes below 2^-38 became +0.
  public func pack(brainFloats: UnsafeBufferPointer<UInt16>) -> (words: [UInt32], cleaned: Int) {
    precondition(format == .bf16 && brainFloats.count == inputs * outputs)
    var cleaned = 0
    let words = packPairs {
      UInt16(Self.clean(Float(bitPattern: UInt32(brainFloats[$0]) << 16), &cleaned).bitPattern >> 16)
    }
    return (words, cleaned)
  }

  /// Packed words of floats, and how many non-zero magnitudes below 2^-38 became +0.
  public func pack(floats: UnsafeBufferPointer<Float>) -> (words: [UInt32], cleaned: Int) {
    precondition(format == .f32 && floats.count == inputs * outputs)
    var words = [UInt32](repeating: 0, count: wordCount)
    var cleaned = 0
    for n in 0..<outputs {
      for k in 0..<inputs {
        words[word(output: n, group: k / 4) + k % 4] = Self.clean(floats[n * inputs + k], &cleaned).bitPattern
      }
    }
    return (words, cleaned)
  }

  /// Packed words of published blocks `[outputs][groups]`: an f16 scale and 32 signed bytes (`q8_0`), or an f16 scale and 16 bytes
  /// whose low nibbles are elements 0 ..< 16 and high nibbles 16 ..< 32, each 8 too large (`q4_0`). Nothing is rounded;
  /// elements past the end of a row do not count.
  public func pack(blocks: UnsafeRawBufferPointer) -> [UInt32] {
    precondition(format.isScaled && blocks.count == outputs * groups * format.groupBytes)
    var words = [UInt32](repeating: 0, count: wordCount)
    for n in 0..<outputs {
      for group in 0..<groups {
        let block = blocks.baseAddress! + (n * groups + group) * format.groupBytes
        let scale = UInt16(littleEndian: block.loadUnaligned(as: UInt16.self))
        let element = n % Self.tile
        words[scaleWord(output: n, group: group) + element / 2] |= UInt32(scale) << UInt32(element % 2 * 16)
        for i in 0..<4 * format.planes {
          let four = block.loadUnaligned(fromByteOffset: 2 + 4 * i, as: UInt32.self)
          words[word(output: n, group: group, plane: i / 4) + i % 4] = UInt32(littleEndian: four)
        }
      }
    }
    return words
  }

  /// Packed words of int8 rows and their scales `[outputs]`, and how many non-zero scales below 2^-64 became +0.
  public func pack(bytes: UnsafeBufferPointer<Int8>, scales: UnsafeBufferPointer<Float>) -> (
    words: [UInt32], cleaned: Int
  ) {
    precondition(format == .int8 && bytes.count == inputs * outputs && scales.count == outputs)
    var words = [UInt32](repeating: 0, count: wordCount)
    var cleaned = 0
    for n in 0..<outputs {
      let scale = flush(scales[n])
      if scale == 0 && scales[n] != 0 { cleaned += 1 }
      words[rowScaleWord(output: n)] = scale.bitPattern
      for k in 0..<inputs {
        let byte = UInt32(UInt8(bitPattern: bytes[n * inputs + k]))
        words[word(output: n, group: k / 16) + k % 16 / 4] |= byte << UInt32(k % 4 * 8)
      }
    }
    return (words, cleaned)
  }

  private static func clean(_ weight: Float, _ cleaned: inout Int) -> Float {
    guard abs(weight) < smallestWeight else { return weight }
    if weight != 0 { cleaned += 1 }
    return 0
  }

  /// Eight 16-bit numbers in a word.
  private func packPairs(_ element: (Int) -> UInt16) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: wordCount)
    for n in 0..<outputs {
      for k in 0..<inputs {
        let to = word(output: n, group: k / 8) + k % 8 / 2
        words[to] |= UInt32(element(n * inputs + k)) << UInt32(k % 2 * 16)
      }
    }
    return words
  }
}
