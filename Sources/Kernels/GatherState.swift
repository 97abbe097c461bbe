import ShaderInterface

extension CommandList {
  /// Commits the state of the last accepted row of a round, as ``compactCache`` commits keys and values.
  ///
  /// Rolling back takes no call: what is not committed is gone. A sequence whose round has a status keeps its state.
  /// - Parameters:
  ///   - result: u32 `[sequences][RESULT_PATH + 2 * maximumNodes]`.
  ///   - states: f32 `[rows][stateCount]`, as ``treeScan`` writes them.  - committed: f32 `[sequences][stateCount]`.
  public func gatherState(
    _ states: Tensor<Float>, result: Tensor<UInt32>, maximumNodes: Int, rows: RecurrentRows,
    stateCount: Int, committed: Tensor<Float>
  ) {
    requireResult(result, maximumNodes: maximumNodes, rows: rows, "gatherState")
    require(
      (1...64 * 65_535).contains(stateCount), "gatherState", "\(stateCount) elements, at most \(64 * 65_535)")
    require(states, rows.count * stateCount, "gatherState", "states")
    require(committed, rows.sequences * stateCount, "gatherState", "committed")
    let p = ShaderInterface.GatherState(
      sequences: UInt32(rows.sequences), maximumNodes: UInt32(maximumNodes), rows: UInt32(rows.count),
      words: UInt32(stateCount))
    dispatch(
      Invocation(
        .gatherState, p, [.read(result), .read(rows.state), .read(states), .readWrite(committed)],
        groups: ((stateCount + 63) / 64, rows.sequences)))
  }
}

/// Traps unless `result` holds the rounds of all sequences.
func requireResult(_ result: Tensor<UInt32>, maximumNodes: Int, rows: RecurrentRows, _ kernel: String) {
  requireNodes(maximumNodes, kernel)
  require(result, rows.sequences * (Int(RESULT_PATH) + 2 * maximumNodes), kernel, "result")
}
