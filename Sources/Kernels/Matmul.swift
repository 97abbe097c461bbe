import Reference
import ShaderInterface

/// What a matmul does with its sums before it writes them.
public enum OutputTransform: UInt32, Sendable, CaseIterable {
  /// As is, y * sigmoid(y), GELU in its tanh form, GELU as y * Phi(y), or log(1 + e^y).
  case none, silu, gelu, geluErf, softplus
}

/// The matrices that each row of x is multiplied by, as a mixture of experts chooses them.
public struct MatrixChoices: Sendable {
  /// Matrix numbers `[rows][count]`; a number that no matrix has makes +0.
  public let indices: Tensor<UInt32>
  /// Matrices that a row chooses, at least 1.
  public let count: Int
  /// The indices as ``CommandList/sortChoices(_:out:rows:matrices:)`` sorted them. For many rows: each matrix is read
  /// once for up to 16 rows that chose it, not once a row. It changes speed, never bits.
  public let sorted: SortedChoices?

  /// Memory of the caller's; `sorted` has to come from these indices.
  public init(indices: Tensor<UInt32>, count: Int, sorted: SortedChoices? = nil) {
    self.indices = indices
    self.count = count
    self.sorted = sorted
  }

  /// What the kernel reads, and how many groups of rows it describes.
  func operand(rows: Int, matrices: Int) throws(Refusal) -> (words: Tensor<UInt32>, groups: Int) {
    try require(count >= 1, "no choices")
    guard let sorted else {
      try require(indices, rows * count, "choices")
      return (indices, rows * count)
    }
    let size = sorted.rowsPerGroup
    try requireSizes(size)
    try require(size >= 1, "\(size) rows a group of sorted choices")
    let groups = SortedChoices.groups(rows: rows * count, matrices: matrices, rowsPerGroup: size)
    try require(sorted.schedule, groups * (1 + size), "sorted choices")
    return (sorted.schedule, groups)
  }
}

/// What a matmul multiplies: numbers, or for q8_0, q4_0 and int8 weights the words of quantized rows.
public protocol MatmulInput: BitwiseCopyable, Sendable {}
extension Float: MatmulInput {}
extension UInt32: MatmulInput {}

extension CommandList {
  /// `out[r][n] = transform(sum over k of x[r][k] * weights[n][k] + bias[n])`; `accumulate` adds the old `out` to the
  /// sum.
  ///
  /// Stacked matrices: without `choices`, matrix m meets the rows `m * rows ..< (m + 1) * rows` of x and of out. With
  /// them row r of x meets the matrices that it chose, and `out` is `[rows][choices.count][outputs]`.
  ///
  /// Sum order: chunks of 128 inputs, one accumulator in index order each, then the chunks in order; with block scales
  /// one accumulator a block of 32, scaled, then added to its chunk (quantized blocks: an exact integer, times the
  /// product of both scales); int8: an exact integer sum of at most 131,072 inputs. The same for any number of rows.
  /// Error, against exact arithmetic on the rounded activations and the stored weights: (inputs in a chunk + chunks +
  /// 7) * 2^-24 of the sum of magnitudes; quantized blocks: (chunks + 6) * 2^-24 of it; int8: 4 * 2^-24 of the product
  /// and of the result. A transform adds 9 * 2^-24 of the result (GELU's erf form 11 * 2^-24), and GELU's tanh form
  /// 6.1e-8 below zero.
  /// Cost: `rows * inputs * outputs` multiply-adds over one read of the weights for each 16 rows of a matrix; with
  /// `choices` that are not sorted, for each row.
  /// - Parameters:
  ///   - x: f32 `[rows][inputs]`, rounded to `weights.format.activationBits` by the kernel that made it; for int8
  ///     weights u32 rows of ``quantizeRows(_:out:rows:columns:)``. Weights of q8_0 and q4_0 take u32 rows of
  ///     ``quantizeBlocks(_:out:rows:columns:)`` too, whose products a GPU does four at a time.
  ///   - out: f32 `[rows][outputs]`; a fused transform gives the bits of the kernel of that name.
  ///   - rows: of one matrix, or of x with `choices`.
  ///   - bias: f32 `[matrices][outputs]`.
  ///   - significantBits: of the output; 13 feeds an f16 matmul.
  ///   - rowsPerGroup: 1 to 16; nil reads the weights as few times as it can, with little waste.
  ///   - outputsPerLane: 0, 1, 4 or 8 (8 with an even number of rows a group); 1 shares each output's chunks among
  ///     eight lanes, which suits GPUs. nil takes what suits the device, which may be another shader.
  ///   - bytesPerBinding: most bytes of weights that one dispatch binds, if less than the device can; larger weights
  ///     take several. None of the three changes bits.
  public func matmul<Input: MatmulInput>(
    _ x: Tensor<Input>, _ weights: PackedWeights, out: Tensor<Float>, rows: Int, accumulate: Bool = false,
    bias: Tensor<Float>? = nil, transform: OutputTransform = .none, significantBits: UInt32 = 24,
    choices: MatrixChoices? = nil,
    rowsPerGroup: Int? = nil, outputsPerLane: Int? = nil, bytesPerBinding: Int? = nil
  ) {
    calls(weights.format.kernel(quantizedRows: Input.self == UInt32.self)) { kernel throws(Refusal) in
      try requireSizes(rows, choices?.count ?? 1, rowsPerGroup ?? 0, outputsPerLane ?? 0)
      try require(rows > 0 && rows <= 65_535, "\(rows) rows")
      try weights.check()
      try requireSignificantBits(significantBits)
      let blocks = rows * (choices?.count ?? weights.matrices)
      let (inputRows, outputRows) =
        choices == nil ? (rows * weights.matrices, rows * weights.matrices) : (rows, blocks)
      try weights.require(x, rows: inputRows)
      try require(out, outputRows * weights.outputs, "out")
      if let bias { try require(bias, weights.matrices * weights.outputs, "bias") }
      let chosen = try choices.map { choices throws(Refusal) in
        try choices.operand(rows: rows, matrices: weights.matrices)
      }
      let sorted = choices?.sorted?.rowsPerGroup
      let sharing = choices == nil ? rows : sorted ?? 1
      let tile = rowsPerGroup ?? matmulRowsPerGroup(rows: sharing)
      try require((1...matmulMostRows).contains(tile), "\(tile) rows a group, not 1 to \(matmulMostRows)")
      if let outputs = outputsPerLane {
        try require(
          [0, 1, 4].contains(outputs) || outputs == 8 && tile % 2 == 0,
          "\(outputs) outputs a lane with \(tile) rows a group")
        try require(weights.format != .int8 || outputs <= 1, "\(outputs) outputs a lane; int8 has 0 and 1")
      }
      let slices = try weights.slices(byteCount: min(bytesPerBinding ?? .max, largestBinding))
      return slices.map { slice in
        let p = ShaderInterface.Matmul(
          rows: UInt32(sorted == nil ? sharing : blocks), inputs: UInt32(weights.inputs),
          outputs: UInt32(weights.outputs),
          accumulate: accumulate ? 1 : 0, hasBias: bias == nil ? 0 : 1, transform: transform.rawValue,
          significantBits: significantBits, choices: UInt32(choices?.count ?? 0), sorted: UInt32(sorted ?? 0),
          matrices: UInt32(weights.matrices), firstMatrix: UInt32(slice.matrices.lowerBound),
          boundMatrices: UInt32(slice.matrices.count), firstTile: UInt32(slice.tiles.lowerBound))
        let words = weights.words[slice.words]
        return Invocation(
          kernel, p,
          [
            .read(x), .read(words), .readWrite(out), bias.map { .read($0) } ?? .read(x),
            .read(chosen?.words ?? words),
          ],
          groups: (
            slice.tiles.count,
            (chosen?.groups ?? slice.matrices.count) * ((sharing + tile - 1) / tile)
          ),
          specialization: [UInt32(tile)] + (outputsPerLane.map { [UInt32($0)] } ?? []))
      }
    }
  }
}

extension PackedWeights {
  /// x holds the rows that this format multiplies.
  fileprivate func require<Input>(_ x: Tensor<Input>, rows: Int) throws(Refusal) {
    if format == .int8 {
      try Kernels.require(Input.self == UInt32.self, "int8 weights take rows of quantizeRows")
      try Kernels.require(inputs <= Int(INT8_INPUTS), "\(inputs) inputs, at most \(INT8_INPUTS) with int8")
      try Kernels.require(x, rows * quantizedWordCount(columns: inputs), "x")
    } else if format.isScaled && Input.self == UInt32.self {
      try Kernels.require(x, rows * quantizedBlockWordCount(columns: inputs), "x")
    } else {
      try Kernels.require(Input.self == Float.self, "\(format.rawValue) weights take rows of floats")
      try Kernels.require(x, rows * inputs, "x")
    }
  }
}

/// Sums for more rows than these would not stay in registers.
let matmulMostRows = 16

/// Rows a group so that the weights are read as few times as possible and each group has the same work; even above 4,
/// to compile fewer pipelines. The grid repeats a last row at most once for each pass over the weights and once more.
/// It changes speed, never bits.
/// 1 to 16, whatever the rows; 1 where there are none.
public func matmulRowsPerGroup(rows: Int) -> Int {
  let rows = max(1, rows)
  let passes = SizeArithmetic.groups(of: matmulMostRows, holding: rows)
  let tile = SizeArithmetic.groups(of: passes, holding: rows)
  return tile <= 4 ? tile : (tile + 1) / 2 * 2
}
