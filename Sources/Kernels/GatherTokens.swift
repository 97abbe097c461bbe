import ShaderInterface

extension CommandList {
  /// Fills tree nodes from ranked candidates: `tokens[first + i] = candidates[source[i]]`. Exact.
  ///
  /// A fixed tree is a source table: a template, child-rank lists or a Cartesian product. Where blockwise heads offer
  /// `candidates[depth - 1][rank]`, node i takes (depth - 1) * ranks + rank; where each node of a level offers
  /// `candidates[node][rank]`, it takes node * ranks + rank. An adjacency store, a row of successors for each token
  /// (Token Recycling: Luo et al., 2024), is read level by level: `gatherRows` takes the rows of the level's tokens,
  /// which are then its candidates.
  /// - Parameters:
  ///   - candidates: u32 `[sequences][candidateCount]`.
  ///   - candidateCount: nil for all of the memory; needed where `state` has more sequences than take part.
  ///   - source: u32 `[count]`, for each sequence; one outside the candidates gives `NO_TOKEN`.
  ///   - tokens: node arrays of all sequences; `first` counts from each one's root. In a batch nodes beyond those that a
  ///     sequence's state gives it are left out.
  ///   - state: u32 `[sequences][STATE_WORDS]`, for a batch.
  public func gatherTokens(
    _ candidates: Tensor<UInt32>, candidateCount: Int? = nil, source: Tensor<UInt32>, tokens: Tensor<UInt32>,
    first: Int, count: Int,
    sequences: Int = 1, state: Tensor<UInt32>? = nil
  ) {
    call(.gatherTokens) { kernel throws(Refusal) in
      try requireSizes(first, count, sequences, candidates.count, tokens.count)
      try requireCount(count)
      try require(source, count, "source")
      try require(tokens, first + count, "tokens")
      try require(sequences >= 1, "\(sequences) sequences")
      try require(sequences == 1 || state != nil, "\(sequences) sequences without states")
      if let state { try require(state, sequences * Int(STATE_WORDS), "state") }
      let each = try wordsPerSequence(
        candidates, "candidates", given: candidateCount, sequences: sequences, state: state)
      let p = ShaderInterface.GatherTokens(
        first: UInt32(first), count: UInt32(count), sequences: UInt32(sequences),
        candidates: UInt32(each), capacity: UInt32(tokens.count))
      return Invocation(
        kernel, p, [.read(candidates), .read(source), .read(state ?? source), .readWrite(tokens)],
        groups: ((count + 63) / 64, sequences))
    }
  }
}
