import Numerics
import ShaderInterface

extension Reference {
  /// Child j of parent i, drawn from draft row firstParent + i: node firstChild + i * children + j, or the j-th node of
  /// the tree whose parent it is.
  ///
  /// `weights`: u32 [rows][vocabulary]; `totals`: u32 [rows][2]; `state`: u32 [sequences][`STATE_WORDS`]; `tokens`,
  /// `parents`: u32 [capacity]. Rows and nodes of a batch are counted from each sequence's first node, as far as the
  /// sequence has them.
  public static func drawChildren(
    _ p: ShaderInterface.DrawChildren, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    tokens: UnsafeMutableBufferPointer<UInt32>, parents: UnsafeBufferPointer<UInt32>
  ) {
    let vocabulary = Int(p.vocabulary)
    for unit in 0..<Int(p.sequences) * Int(p.parents) {
      let (s, i) = unit.quotientAndRemainder(dividingBy: Int(p.parents))
      let state = UnsafeBufferPointer(rebasing: state[s * Int(STATE_WORDS)..<(s + 1) * Int(STATE_WORDS)])
      let root = p.sequences == 1 ? 0 : Int(state[Int(STATE_FIRST_NODE)])
      let parent = Int(p.firstParent) + i
      let nodes = nodeCount(p, state, root: root)
      guard root + parent < p.rows, parent < nodes else { continue }
      let row = root + parent
      let children = children(p, of: i, nodes: nodes) { Int(parents[root + $0]) == parent }
      let isByNode = p.keyedByNode != 0
      var source = KeyedUniforms(seed: seed(of: state), roleOffset: p.stream &* ROLE_STREAM)
      let drawn = drawChildren(
        weights: UnsafeBufferPointer(rebasing: weights[row * vocabulary..<(row + 1) * vocabulary]),
        total: UInt64(totals[2 * row]), replacement: p.replacement != 0,
        position: state[Int(STATE_LENGTH)] &+ (isByNode ? 0 : p.childDepth),
        role: isByNode ? ROLE_TRAVERSAL_DRAFT : ROLE_DRAFT,
        indices: children.indices.map { UInt32(isByNode ? children[$0] : $0) }, source: &source)
      for (child, token) in zip(children, drawn) where child < nodes && root + child < p.capacity {
        tokens[root + child] = token
      }
    }
  }

  /// How many nodes of the sequence count: all where it is alone and has no tree.
  private static func nodeCount(
    _ p: ShaderInterface.DrawChildren, _ state: UnsafeBufferPointer<UInt32>, root: Int
  ) -> Int {
    let nodes = Int(state[Int(STATE_NODES)])
    if p.maximumNodes > 0 { return min(nodes, Int(p.maximumNodes), Int(p.capacity) - root) }
    return p.sequences == 1 ? .max : nodes
  }

  /// The nodes that are children of parent number `i`.
  private static func children(
    _ p: ShaderInterface.DrawChildren, of i: Int, nodes: Int, isChild: (Int) -> Bool
  ) -> [Int] {
    let count = Int(p.children)
    if p.maximumNodes > 0 { return Array((Int(p.firstParent) + i + 1..<nodes).filter(isChild).prefix(count)) }
    let first = Int(p.firstChild) + i * count
    return Array(first..<first + count)
  }

  /// `count` tokens of one draft row, child j with number `firstIndex` + j.
  public static func drawChildren<Source: UniformSource>(
    weights: UnsafeBufferPointer<UInt32>, total: UInt64, count: Int, replacement: Bool, position: UInt32,
    role: UInt32 = ROLE_DRAFT, firstIndex: UInt32 = 0, source: inout Source
  ) -> [UInt32] {
    drawChildren(
      weights: weights, total: total, replacement: replacement, position: position, role: role,
      indices: (0..<UInt32(count)).map { firstIndex + $0 }, source: &source)
  }

  /// Tokens of one draft row: independent with replacement; without, a drawn token's weight then counts as 0. `NO_TOKEN`
  /// once nothing remains. `total` is the sum of `weights`; each child draws the number of its index.
  private static func drawChildren<Source: UniformSource>(
    weights: UnsafeBufferPointer<UInt32>, total: UInt64, replacement: Bool, position: UInt32, role: UInt32,
    indices: [UInt32], source: inout Source
  ) -> [UInt32] {
    var weights = Array(weights)
    var total = total
    return indices.map { index in
      guard total > 0 else { return NO_TOKEN }
      let token = pick(
        weights, source.uniform(below: total, role: role, position: position, index: index))
      if !replacement {
        total = rest(of: total, without: weights[Int(token)])
        weights[Int(token)] = 0
      }
      return token
    }
  }

  /// A total once `weight` has left it: 32 bits that wrap, where weights and total contradict each other.
  static func rest(of total: UInt64, without weight: UInt32) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: total) &- weight)
  }
}
