import ShaderInterface

/// One sequence's state in a batch, and where its nodes lie in packed arrays.
struct PackedSequence {
  let state: UnsafeMutableBufferPointer<UInt32>
  let sequence: Int

  private func word(_ index: UInt32) -> Int { sequence * Int(STATE_WORDS) + Int(index) }

  var length: UInt32 { state[word(STATE_LENGTH)] }
  var first: Int { Int(state[word(STATE_FIRST_NODE)]) }
  var nodes: UInt32 {
    get { state[word(STATE_NODES)] }
    nonmutating set { state[word(STATE_NODES)] = newValue }
  }

  func add(status: UInt32) { state[word(STATE_STATUS)] |= status }

  /// Whether `nodes` nodes from the first one on lie in arrays of `capacity` nodes; else the state says so.
  func fits(nodes: UInt32, capacity: UInt32) -> Bool {
    if first + Int(nodes) <= Int(capacity) { return true }
    add(status: STATUS_MALFORMED_TREE)
    return false
  }
}
