import Kernels
import ShaderInterface

/// The states of a batch and the packed node arrays of its trees, with gaps between them.
struct PackedTrees {
  var state: [UInt32] = []
  var parents: [UInt32] = []
  let maximumNodes: Int

  var sequences: Int { state.count / Int(STATE_WORDS) }
  /// Nodes that the arrays hold.
  var capacity: Int { parents.count }

  /// Sets one word of one sequence's state.
  mutating func set(_ word: UInt32, of sequence: Int, to value: UInt32) {
    state[sequence * Int(STATE_WORDS) + Int(word)] = value
  }

  func word(_ word: UInt32, of sequence: Int) -> UInt32 { state[sequence * Int(STATE_WORDS) + Int(word)] }
}

extension CaseRandom {
  /// Trees of at most `maximumNodes` nodes, each with room for that many if `hasRoom`; some malformed, in parents, in
  /// their count or in their place.
  mutating func packedTrees(sequences: Int, maximumNodes: Int, hasRoom: Bool = false) -> PackedTrees {
    var packed = PackedTrees(maximumNodes: maximumNodes)
    for s in 0..<sequences {
      var tree = tree(maximumNodes: maximumNodes) { _, _, _ in 0 }
      damage(&tree)
      packed.parents += words(below(3))
      packed.state += state(length: below(300), nodes: tree.nodes)
      packed.set(STATE_FIRST_NODE, of: s, to: UInt32(packed.capacity))
      packed.set(STATE_STATUS, of: s, to: oneIn(4) ? STATUS_EMPTY_ROW : 0)
      let rows = hasRoom ? maximumNodes : min(maximumNodes, max(1, tree.nodes))
      packed.parents += tree.parents[..<rows]
    }
    if oneIn(8) {  // does not fit
      let first = element([UInt32(packed.capacity), UInt32(packed.capacity) + 1, 0xffff_fff0])
      packed.set(STATE_FIRST_NODE, of: below(sequences), to: first)
    }
    return packed
  }

  /// One sequence, or a few.
  mutating func sequences() -> Int { oneIn(2) ? 1 : integer(2...5) }
}
