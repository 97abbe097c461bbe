import Reference
import ShaderInterface

/// What a matmul does with its sums before it writes them.
public enum OutputTransform: UInt32, Sendable, CaseIterable {
  case none, silu, gelu
}

/// The matrices that each row of x is multiplied by, as a mixture of experts chooses them.
public struct MatrixChoices: Sendable {
  /// Matrix numbers `[rows][count]`; a number that no matrix has makes +0.
  public let indices: Tensor<UInt32>
  public let count: Int

  public init(indices: Tensor<UInt32>, count: Int) {
    self.indices = indices
    self.count = count
  }
}

extension CommandList {
  /// `out[r][n] = transform(sum over k of x[r][k] * weights[n][k] + bias[n])`; `accumulate` adds the old `out` to the sum.
  ///
  /// Stacked matrices: without `choices`, matrix m meets the rows `m * rows ..< (m + 1) * rows` of x and of out. With them row r of x
  /// meets the matrices that it chose, and `out` is `[rows][choices.count][outputs]`.
  ///
  /// Sum order: chunks of 128 inputs, one accumulator in index order each, then the chunks in order; with block scales one
  /// accumulator a block of 32, scaled, then added to its chunk. The same for any number of rows.
  /// Error, against exact arithmetic on the rounded activations and the stored weights: (inputs in a chunk + chunks + 6) * 2^-24 of the
  /// sum of magnitudes.
  /// Cost: `rows * inputs * outputs` multiply-adds over one read of the weights for each 16 rows of a matrix; with `choices`, for each row.
  /// - Parameters:
  ///   - x: f32 `[rows][inputs]`, rounded to `weights.format.activationBits` by the kernel that made it.
  ///   - out: f32 `[rows][outputs]`; a fused transform gives the bits of the kernel of that name.
  ///   - rows: of one matrix, or of x with `choices`.
  ///   - bias: f32 `[matrices][outputs]`.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  ///   - rowsPerGroup: 1 to 16; nil reads the weights as few times as it can, with little waste.
  ///   - outputsPerLane: 0, 1, 4 or 8 (8 with an even number of rows a group); nil takes what suits the device, which may be
  ///     another shader.
  ///   - bytesPerBinding: most bytes of weights that one dispatch binds, if less than the device can; larger weights take several.
  ///     None of the three changes bits.
  public func matmul(
    _ x: Tensor<Float>, _ weights: PackedWeights, out: Tensor<Float>, rows: Int, accumulate: Bool = false,
    bias: Tensor<Float>? = nil, transform: OutputTransform = .none, significantBits: UInt32 = 24,
    choices: MatrixChoices? = nil,
    rowsPerGroup: Int? = nil, outputsPerLane: Int? = nil, bytesPerBinding: Int? = nil
  ) {
    calls(weights.format.kernel) { kernel throws(Refusal) in
      try requireSizes(rows, choices?.count ?? 1, rowsPerGroup ?? 0, outputsPerLane ?? 0)
      try require(rows > 0 && rows <= 65_535, "\(rows) rows")
      try weights.check()
      try requireSignificantBits(significantBits)
      let blocks = rows * (choices?.count ?? weights.matrices)
      let (inputRows, outputRows) =
        choices == nil ? (rows * weights.matrices, rows * weights.matrices) : (rows, blocks)
      try require(x, inputRows * weights.inputs, "x")
      try require(out, outputRows * weights.outputs, "out")
      if let bias { try require(bias, weights.matrices * weights.outputs, "bias") }
      if let choices {
        try require(choices.count >= 1, "no choices")
        try require(choices.indices, blocks, "choices")
      }
      let sharing = choices == nil ? rows : 1
      let tile = rowsPerGroup ?? matmulRowsPerGroup(rows: sharing)
      try require((1...matmulMostRows).contains(tile), "\(tile) rows a group, not 1 to \(matmulMostRows)")
      if let outputs = outputsPerLane {
        try require(
          [0, 1, 4].contains(outputs) || outputs == 8 && tile % 2 == 0,
          "\(outputs) outputs a lane with \(tile) rows a group")
      }
      let slices = try weights.slices(byteCount: min(bytesPerBinding ?? .max, largestBinding))
      return slices.map { slice in
        let p = ShaderInterface.Matmul(
          rows: UInt32(sharing), inputs: UInt32(weights.inputs), outputs: UInt32(weights.outputs),
          accumulate: accumulate ? 1 : 0, hasBias: bias == nil ? 0 : 1, transform: transform.rawValue,
          significantBits: significantBits, choices: UInt32(choices?.count ?? 0),
          matrices: UInt32(weights.matrices), firstMatrix: UInt32(slice.matrices.lowerBound),
          boundMatrices: UInt32(slice.matrices.count), firstTile: UInt32(slice.tiles.lowerBound))
        let words = weights.words[slice.words]
        return Invocation(
          kernel, p,
          [.read(x), .read(words), .readWrite(out), .read(bias ?? x), .read(choices?.indices ?? words)],
          groups: (
            slice.tiles.count,
            (choices == nil ? slice.matrices.count : blocks) * ((sharing + tile - 1) / tile)
          ),
          specialization: [UInt32(tile)] + (outputsPerLane.map { [UInt32($0)] } ?? []))
      }
    }
  }
}

/// Sums for more rows than these would not stay in registers.
let matmulMostRows = 16

/// Rows a group so that the weights are read as few times as possible and each group has the same work; even above 4,
/// to compile fewer pipelines. The grid repeats a last row at most once for each pass over the weights and once more.
/// It changes speed, never bits.
public func matmulRowsPerGroup(rows: Int) -> Int {
  let passes = (rows + matmulMostRows - 1) / matmulMostRows
  let tile = (rows + passes - 1) / passes
  return tile <= 4 ? tile : (tile + 1) / 2 * 2
}
