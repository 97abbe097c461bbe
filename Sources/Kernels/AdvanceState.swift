import ShaderInterface

extension CommandList {
  /// Commits `rows` slots of a prompt slice: the state's length grows.
  public func advanceState(_ state: Tensor<UInt32>, rows: Int) {
    let p = ShaderInterface.AdvanceState(rows: UInt32(rows))
    dispatch(Invocation(.advanceState, p, [.readWrite(state)], groups: (1, 1)))
  }
}
