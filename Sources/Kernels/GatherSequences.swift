import ShaderInterface

extension CommandList {
  /// `out[s] = x[sources[s]]`: what belongs to the sequences of a batch (states, histories, recurrent states, tails),
  /// for sequences that go on from others; 0 where there is no such sequence. Exact.
  ///
  /// - Parameters: - x, out: `[sequences][count]`, elements of four bytes, not the same memory.  - sources: u32
  ///   `[sequences]`.
  public func gatherSequences<Element>(
    _ x: Tensor<Element>, sources: Tensor<UInt32>, out: Tensor<Element>, sequences: Int, count: Int
  ) {
    call(.gatherSequences) { kernel throws(Refusal) in
      try require(MemoryLayout<Element>.stride == 4, "elements of \(MemoryLayout<Element>.stride) bytes")
      try requireSizes(sequences, count)
      try require(sequences >= 1 && count >= 1, "\(sequences) sequences of \(count) elements")
      try require(x, sequences * count, "x")
      try require(sources, sequences, "sources")
      try require(out, sequences * count, "out")
      try requireCount(sequences * count)
      let p = ShaderInterface.GatherSequences(sequences: UInt32(sequences), words: UInt32(count))
      return Invocation(
        kernel, p, [.read(x), .read(sources), .write(out)], groups: ((count + 63) / 64, sequences))
    }
  }
}
