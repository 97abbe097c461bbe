import ShaderInterface

extension CommandList {
  /// Causal convolution of each channel over a row, its nearest ancestors and the committed tail: the short convolution
  /// before a selective state space (Mamba, STree).
  ///
  /// A row of a tree gives the bits of the same row on a chain: terms are added nearest first, products rounded on their own.
  /// Error: at most (width + 1) * 2^-24 times the sum of the terms' magnitudes, and the gate's few units of the last place.
  /// - Parameters:
  ///   - x: f32 `[rows][channels]`.
  ///   - place: where the channels of `x` lie in wider rows; nil: rows of these alone.
  ///   - weights: f32 `[channels][width]`, for the oldest input first, as checkpoints have them; width 2 to 16.
  ///   - bias: f32 `[channels]`, or nil.
  ///   - tail: f32 `[sequences][width - 1][channels]`, the inputs of the last committed rows, oldest first.
  ///   - rows: which ancestors each row has.
  ///   - out: f32 `[rows][channels]`.
  ///   - gated: the sum times its sigmoid (SiLU).
  public func treeConvolution(
    _ x: Tensor<Float>, at place: RowColumns? = nil, weights: Tensor<Float>, bias: Tensor<Float>? = nil,
    rows: RecurrentRows, tail: Tensor<Float>, out: Tensor<Float>, channels: Int, width: Int, gated: Bool,
    significantBits: UInt32 = 24
  ) {
    call(.treeConvolution) { kernel throws(Refusal) in
      try requireTail(tail, rows: rows, channels: channels, width: width)
      try requireSignificantBits(significantBits)
      let input = try place.check(channels, of: x, rows: rows.count, "x")
      try require(weights, channels * width, "weights")
      if let bias { try require(bias, channels, "bias") }
      try require(out, rows.count * channels, "out")
      try requireCount(rows.count * channels)
      let p = ShaderInterface.TreeConvolution(
        sequences: UInt32(rows.sequences), rows: UInt32(rows.count), channels: UInt32(channels),
        width: UInt32(width), isTree: rows.parents == nil ? 0 : 1, hasBias: bias == nil ? 0 : 1,
        hasGate: gated ? 1 : 0, significantBits: significantBits, inputStride: input.stride,
        inputFirst: input.first)
      return Invocation(
        kernel, p,
        [
          .read(x), .read(weights), .read(bias ?? weights), .read(rows.parents ?? rows.state),
          .read(rows.batch.owners(or: rows.state)), .read(rows.state), .read(tail), .write(out),
        ],
        groups: Invocation.elementGroups(rows.count * channels))
    }
  }
}

/// `tail` holds the committed inputs of a convolution over `rows`.
func requireTail(_ tail: Tensor<Float>, rows: RecurrentRows, channels: Int, width: Int) throws(Refusal) {
  try rows.check()
  try requireSizes(channels, width)
  try require(
    channels >= 1 && (2...16).contains(width),
    "\(channels) channels, at least 1 is needed; width \(width), 2 to 16 are possible")
  try require(tail, rows.sequences * (width - 1) * channels, "tail")
}
