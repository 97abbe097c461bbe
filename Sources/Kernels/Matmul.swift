import Reference
import ShaderInterface

/// Weights `[outputs][inputs]` in the tile layout of `Shaders/shared/matmul.h`.
public struct PackedWeights: Sendable {
  /// The stored number format.
  public typealias Format = MatmulPacking.Format

  public let words: Tensor<UInt32>
  public let format: Format
  public let outputs: Int
  public let inputs: Int

  public init(words: Tensor<UInt32>, format: Format, outputs: Int, inputs: Int) {
    self.words = words
    self.format = format
    self.outputs = outputs
    self.inputs = inputs
  }

  func check() throws(Refusal) {
    try requireSizes(outputs, inputs)
    try require(outputs >= 1 && inputs >= 1, "weights of \(outputs) outputs and \(inputs) inputs")
    try require(words, Self.wordCount(format, outputs: outputs, inputs: inputs), "weights")
  }

  /// 32-bit words of the packed form, padding included.
  public static func wordCount(_ format: Format, outputs: Int, inputs: Int) -> Int {
    MatmulPacking(format: format, inputs: inputs, outputs: outputs).wordCount
  }
}

extension MatmulPacking.Format {
  /// Significant bits an activation may have so that the kernel is exact.
  public var activationBits: UInt32 { self == .f16 ? ACTIVATION_BITS_F16 : ACTIVATION_BITS_F32 }
  var kernel: Kernel { self == .f16 ? .matmulF16 : .matmulF32 }
}

extension CommandList {
  /// `out[r][n] = sum over k of x[r][k] * weights[n][k]`, plus the old `out` when `accumulate`.
  ///
  /// Sum order: chunks of 128 inputs, one accumulator in index order each, then the chunks in order; the same for any
  /// number of rows. Cost: `rows * inputs * outputs` multiply-adds over one read of the weights for up to 16 rows.
  /// - Parameters:
  ///   - x: f32 `[rows][inputs]`, rounded to `weights.format.activationBits` by the kernel that made it.
  ///   - out: f32 `[rows][outputs]`.
  ///   - rowsPerGroup: 1, 2, 4, 8 or 16; nil takes what holds `rows`.
  ///   - outputsPerLane: 0, 1, 4 or 8 (8 with 2 rows or more); nil takes what suits the device, which may be
  ///     another shader. Neither changes bits.
  public func matmul(
    _ x: Tensor<Float>, _ weights: PackedWeights, out: Tensor<Float>, rows: Int, accumulate: Bool = false,
    rowsPerGroup: Int? = nil, outputsPerLane: Int? = nil
  ) {
    call(weights.format.kernel) { kernel throws(Refusal) in
      try requireSizes(rows, rowsPerGroup ?? 0, outputsPerLane ?? 0)
      try require(rows > 0 && rows <= 65_535, "\(rows) rows")
      try weights.check()
      try require(x, rows * weights.inputs, "x")
      try require(out, rows * weights.outputs, "out")
      let tile = rowsPerGroup ?? matmulRowsPerGroup(rows: rows)
      try require([1, 2, 4, 8, 16].contains(tile), "\(tile) rows a group; 1, 2, 4, 8 or 16 are built")
      if let outputs = outputsPerLane {
        try require(
          [0, 1, 4].contains(outputs) || outputs == 8 && tile > 1,
          "\(outputs) outputs a lane with \(tile) rows a group")
      }
      let p = ShaderInterface.Matmul(
        rows: UInt32(rows), inputs: UInt32(weights.inputs), outputs: UInt32(weights.outputs),
        accumulate: accumulate ? 1 : 0)
      return Invocation(
        kernel, p, [.read(x), .read(weights.words), .readWrite(out)],
        groups: ((weights.outputs + Int(MATMUL_TILE) - 1) / Int(MATMUL_TILE), (rows + tile - 1) / tile),
        specialization: [UInt32(tile)] + (outputsPerLane.map { [UInt32($0)] } ?? []))
    }
  }
}

/// The smallest built tile that holds `rows`, else 16. A tile changes speed, never bits.
func matmulRowsPerGroup(rows: Int) -> Int {
  [1, 2, 4, 8].first { rows <= $0 } ?? 16
}
