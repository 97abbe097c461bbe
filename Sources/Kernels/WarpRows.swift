import ShaderInterface

extension CommandList {
  /// Warps for each row, made on the device of what heads of the model give: a temperature, a share for top-p, or both
  /// (AutoDeco: Wang et al., 2025). `distribution`, `drawLogits` and every kernel with temperatures of rows take them.
  ///
  /// A temperature is inverted by Newton steps, so the inverse is within 2 units of its last place, exact for powers of
  /// two; a share is cut to a multiple of 2^-32, at least one. A row whose temperature is not in 2^-20...2^60, or whose
  /// share is not in 0...1, gets none, as its status tells once a kernel takes the warp.
  /// - Parameters:
  ///   - base: what all rows have in common, and what those have that get none of their own.
  ///   - temperatures: f32 `[rows]`; nil: that of `base`.
  ///   - topP: f32 `[rows]`, 0 for the likeliest token alone, 1 for all; nil: that of `base`.
  ///   - out: u32 `[rows][WARP_WORDS]`.
  public func warpRows(
    _ base: Warp, temperatures: Tensor<Float>? = nil, topP: Tensor<Float>? = nil, out: Tensor<UInt32>,
    rows: Int
  ) {
    call(.warpRows) { kernel throws(Refusal) in
      try requireSizes(rows)
      try base.check()
      if let temperatures { try require(temperatures, rows, "temperatures") }
      if let topP { try require(topP, rows, "topP") }
      try require(temperatures != nil || topP != nil, "neither temperatures nor shares of rows")
      try require(out, rows * Warp.wordCount, "out")
      let words = base.words
      let p = ShaderInterface.WarpRows(
        rows: UInt32(rows), inverseTemperature: Float(bitPattern: words[0]), topK: words[1], topP: words[2],
        leastWeight: words[3], typicalP: words[4], hasTemperatures: temperatures == nil ? 0 : 1,
        hasTopP: topP == nil ? 0 : 1)
      // Each stands for the other where that is not read.
      let read = [temperatures, topP].compactMap { $0 }
      return Invocation(
        kernel, p, [.read(read[0]), .read(read[read.count - 1]), .write(out)],
        groups: Invocation.elementGroups(rows))
    }
  }
}
