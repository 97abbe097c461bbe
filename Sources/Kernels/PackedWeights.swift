import Reference
import ShaderInterface

/// Weights `[matrices][outputs][inputs]` in the tile layout of `Shaders/shared/matmul.h`;
/// ``Backend/makeWeights(_:outputs:inputs:matrices:_:)`` packs them.
public struct PackedWeights: Sendable {
  /// The stored number format.
  public typealias Format = MatmulPacking.Format

  /// u32 `[matrices]` of ``wordCount(_:outputs:inputs:)`` words.
  public let words: Tensor<UInt32>
  /// How a weight is stored.
  public let format: Format
  /// Rows of a matrix.
  public let outputs: Int
  /// Columns of a matrix, the length of a sum.
  public let inputs: Int
  /// Matrices of this shape, one after another, each of ``wordCount(_:outputs:inputs:)`` words.
  public let matrices: Int
  /// Weights and scales that were too small for the format's contract and became zero when packed.
  public let cleaned: Int

  /// Weights that are packed already.
  public init(
    words: Tensor<UInt32>, format: Format, outputs: Int, inputs: Int, matrices: Int = 1, cleaned: Int = 0
  ) {
    self.words = words
    self.format = format
    self.outputs = outputs
    self.inputs = inputs
    self.matrices = matrices
    self.cleaned = cleaned
  }

  func check() throws(Refusal) {
    try requireSizes(outputs, inputs, matrices)
    try require(
      outputs >= 1 && inputs >= 1 && matrices >= 1,
      "\(matrices) matrices of \(outputs) outputs and \(inputs) inputs")
    try require(words, matrices * Self.wordCount(format, outputs: outputs, inputs: inputs), "weights")
  }

  /// 32-bit words of the packed form of one matrix, padding included; `Int.max`, which no memory has, unless both
  /// sizes are 0 to 2^20.
  public static func wordCount(_ format: Format, outputs: Int, inputs: Int) -> Int {
    guard (0...largestSize).contains(outputs), (0...largestSize).contains(inputs) else { return .max }
    return MatmulPacking(format: format, inputs: inputs, outputs: outputs).wordCount
  }
}

extension MatmulPacking.Format {
  /// Significant bits an activation may have so that the kernel is exact.
  public var activationBits: UInt32 {
    switch self {
    case .f32: ACTIVATION_BITS_F32
    case .f16: ACTIVATION_BITS_F16
    case .bf16: ACTIVATION_BITS_BF16
    case .q8, .q4: ACTIVATION_BITS_BLOCKS
    case .int8: 24  // quantizeRows rounds them
    }
  }

  /// The kernel that multiplies rows by this format: rows of floats, or of ``CommandList/quantizeBlocks(_:out:rows:columns:)``
  /// for the formats that take them.
  public func kernel(quantizedRows: Bool = false) -> Kernel {
    switch self {
    case .q8 where quantizedRows: .matmulQ8Int8
    case .q4 where quantizedRows: .matmulQ4Int8
    case .f32: .matmulF32
    case .f16: .matmulF16
    case .bf16: .matmulBf16
    case .q8: .matmulQ8
    case .q4: .matmulQ4
    case .int8: .matmulInt8
    }
  }
}

/// What one dispatch binds of weights that are larger than a device can bind at once.
struct WeightSlice {
  let matrices: Range<Int>
  /// Of 32 outputs.
  let tiles: Range<Int>
  /// 32-bit words of the whole.
  let words: Range<Int>
}

extension PackedWeights {
  /// The least number of pieces of at most `byteCount` bytes: whole matrices, or whole tiles of one matrix.
  func slices(byteCount: Int) throws(Refusal) -> [WeightSlice] {
    let packing = MatmulPacking(format: format, inputs: inputs, outputs: outputs)
    let (matrixWords, tileWords) = (packing.wordCount, packing.tileWordCount)
    let wholeMatrices = byteCount / 4 / matrixWords
    if wholeMatrices >= 1 {
      return stride(from: 0, to: matrices, by: wholeMatrices).map { first in
        let end = min(first + wholeMatrices, matrices)
        return WeightSlice(
          matrices: first..<end, tiles: 0..<packing.tiles, words: first * matrixWords..<end * matrixWords)
      }
    }
    // Every fourth tile starts where a device can bind.
    let tiles = byteCount / 4 / tileWords / 4 * 4
    try require(
      tiles > 0, "four tiles of \(4 * tileWords) bytes exceed the \(byteCount) bytes that can be bound")
    return (0..<matrices).flatMap { matrix in
      stride(from: 0, to: packing.tiles, by: tiles).map { first in
        let end = min(first + tiles, packing.tiles)
        let start = matrix * matrixWords
        return WeightSlice(
          matrices: matrix..<matrix + 1, tiles: first..<end,
          words: start + first * tileWords..<start + end * tileWords)
      }
    }
  }
}
