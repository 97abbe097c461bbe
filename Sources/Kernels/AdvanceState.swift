import ShaderInterface

extension CommandList {
  /// Commits the slots of a prompt slice: the states' lengths grow. Exact, modulo 2^32.
  ///
  /// - Parameters:
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - rows: slots to add to each sequence, also to one that sits out; nil adds as many as its state has nodes.
  public func advanceState(_ state: Tensor<UInt32>, rows: Int?, sequences: Int = 1) {
    call(.advanceState) { kernel throws(Refusal) in
      try requireSizes(rows ?? 0, sequences)
      try require((1...65_535).contains(sequences), "\(sequences) sequences")
      try require(state, sequences * Int(STATE_WORDS), "state")
      let p = ShaderInterface.AdvanceState(
        rows: UInt32(rows ?? 0), ownNodes: rows == nil ? 1 : 0, sequences: UInt32(sequences))
      return Invocation(
        kernel, p, [.readWrite(state)], groups: Invocation.elementGroups(sequences))
    }
  }
}
