import ShaderInterface

extension CommandList {
  /// Commits the state of the last accepted row of a round, as `compactCache` commits keys and values.
  ///
  /// Rolling back takes no call: what is not committed is gone. A sequence whose round has a status keeps its state.
  /// Exact.
  /// - Parameters:
  ///   - result: u32 `[sequences][resultWords]`.
  ///   - states: f32 `[rows][stateCount]`, as `treeScan` writes them.
  ///   - committed: f32 `[sequences][stateCount]`.
  public func gatherState(
    _ states: Tensor<Float>, result: Tensor<UInt32>, maximumNodes: Int, rows: RecurrentRows,
    stateCount: Int, committed: Tensor<Float>
  ) {
    call(.gatherState) { kernel throws(Refusal) in
      try rows.check()
      try requireStateCount(stateCount)
      try requireResult(result, maximumNodes: maximumNodes, rows: rows)
      try require(states, rows.count * stateCount, "states")
      try require(committed, rows.sequences * stateCount, "committed")
      let p = ShaderInterface.GatherState(
        sequences: UInt32(rows.sequences), maximumNodes: UInt32(maximumNodes),
        resultWords: UInt32(TreeBuffers.resultWords(maximumNodes: maximumNodes)), rows: UInt32(rows.count),
        words: UInt32(stateCount))
      return Invocation(
        kernel, p, [.read(result), .read(rows.state), .read(states), .readWrite(committed)],
        groups: ((stateCount + 63) / 64, rows.sequences))
    }
  }
}

/// `result` holds the rounds of all sequences.
func requireResult(_ result: Tensor<UInt32>, maximumNodes: Int, rows: RecurrentRows) throws(Refusal) {
  try requireBatch(rows.sequences, state: rows.state, nodes: maximumNodes, capacity: rows.count)
  try require(result, rows.sequences * TreeBuffers.resultWords(maximumNodes: maximumNodes), "result")
}
