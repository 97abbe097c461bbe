import Numerics
import ShaderInterface

extension Reference {
  /// tokens[firstChild + i * children + j] = child j of parent i, drawn from draft row firstParent + i.
  ///
  /// `weights`: u32 [rows][vocabulary]; `totals`: u32 [rows][2]; `state`: u32 [sequences][`STATE_WORDS`]; `tokens`: u32
  /// [capacity]. Rows and tokens of a batch are counted from each sequence's first node, as far as the sequence has them.
  public static func drawChildren(
    _ p: ShaderInterface.DrawChildren, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    tokens: UnsafeMutableBufferPointer<UInt32>
  ) {
    let (vocabulary, children) = (Int(p.vocabulary), Int(p.children))
    for unit in 0..<Int(p.sequences) * Int(p.parents) {
      let (s, i) = unit.quotientAndRemainder(dividingBy: Int(p.parents))
      let state = UnsafeBufferPointer(rebasing: state[s * Int(STATE_WORDS)..<(s + 1) * Int(STATE_WORDS)])
      let root = p.sequences == 1 ? 0 : Int(state[Int(STATE_FIRST_NODE)])
      let row = root + Int(p.firstParent) + i
      let nodes = p.sequences == 1 ? .max : Int(state[Int(STATE_NODES)])
      guard row < p.rows, Int(p.firstParent) + i < nodes else { continue }
      var source = KeyedUniforms(seed: seed(of: state))
      let first = Int(p.firstChild) + i * children
      let drawn = drawChildren(
        weights: UnsafeBufferPointer(rebasing: weights[row * vocabulary..<(row + 1) * vocabulary]),
        total: UInt64(totals[2 * row]), count: children, replacement: p.replacement != 0,
        position: state[Int(STATE_LENGTH)] &+ (p.keyedByNode != 0 ? 0 : p.childDepth),
        role: p.keyedByNode != 0 ? ROLE_TRAVERSAL_DRAFT : ROLE_DRAFT,
        firstIndex: p.keyedByNode != 0 ? UInt32(first) : 0, source: &source)
      for (j, token) in drawn.enumerated() where first + j < nodes && root + first + j < p.capacity {
        tokens[root + first + j] = token
      }
    }
  }

  /// `count` tokens of one draft row: independent with replacement; without, a drawn token's weight then counts
  /// as 0. `NO_TOKEN` once nothing remains. `total` is the sum of `weights`; child j draws number `firstIndex` + j.
  public static func drawChildren<Source: UniformSource>(
    weights: UnsafeBufferPointer<UInt32>, total: UInt64, count: Int, replacement: Bool, position: UInt32,
    role: UInt32 = ROLE_DRAFT, firstIndex: UInt32 = 0, source: inout Source
  ) -> [UInt32] {
    var weights = Array(weights)
    var total = total
    return (0..<UInt32(count)).map { j in
      guard total > 0 else { return NO_TOKEN }
      let token = pick(
        weights, source.uniform(below: total, role: role, position: position, index: firstIndex + j))
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
