import ShaderInterface

extension CommandList {
  /// Commits `rows` slots of a prompt slice: the state's length grows. Exact.
  ///
  /// - Parameters: - state: u32 `[STATE_WORDS]`, of one sequence.  - rows: slots to add.
  public func advanceState(_ state: Tensor<UInt32>, rows: Int) {
    call(.advanceState) { kernel throws(Refusal) in
      try requireSizes(rows)
      try requireState(state)
      let p = ShaderInterface.AdvanceState(rows: UInt32(rows))
      return Invocation(kernel, p, [.readWrite(state)], groups: (1, 1))
    }
  }
}
