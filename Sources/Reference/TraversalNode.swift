import Numerics
import ShaderInterface

/// A node in traversal verification: what its subtree still has to deliver.
///
/// Of the mass that reaches the node, the share A / 2^`shareBits` has to go on below it as P / R does, whatever is
/// drawn there; its next child was drawn from Q / S.
public struct TraversalNode: Hashable, Sendable {
  /// A, at most 2^`shareBits`
  public private(set) var share: UInt128
  /// P and its sum R
  public private(set) var target: [UInt32]
  public private(set) var total: UInt128
  /// Q and its sum S
  public private(set) var draft: [UInt32]
  public private(set) var draftTotal: UInt128
  private let shareBits: UInt32
  private let reducedTotalBits: UInt32

  public var one: UInt128 { 1 << UInt128(shareBits) }

  /// The 96 bits in which sums wrap, where rows and their totals contradict each other.
  private static func wrapped(_ sum: UInt128) -> UInt128 { sum & ((1 << 96) - 1) }

  public init(
    share: UInt128, target: [UInt32], total: UInt64, draft: [UInt32], draftTotal: UInt64,
    shareBits: UInt32 = SHARE_BITS, reducedTotalBits: UInt32 = REDUCED_TOTAL_BITS
  ) {
    (self.share, self.target, self.total) = (share, target, UInt128(total))
    (self.draft, self.draftTotal) = (draft, UInt128(draftTotal))
    (self.shareBits, self.reducedTotalBits) = (shareBits, reducedTotalBits)
  }

  /// Deterministic candidates: the draft gives the next child's token with certainty.
  public mutating func propose(_ token: Int) {
    draft = target.indices.map { $0 == token ? 1 : 0 }
    draftTotal = 1
  }

  /// The next child's token was drawn from this row.
  public mutating func propose(_ row: DraftRow) {
    draft = row.weights
    draftTotal = UInt128(row.total)
  }

  /// N / D as a share, at most 1; between two shares each with the probability that makes the expectation exact.
  private func fairShare(_ n: UInt128, _ d: UInt128, _ draw: (UInt128) -> UInt128) -> UInt128 {
    guard n < d else { return one }
    let (floor, remainder) = (n * one).quotientAndRemainder(dividingBy: d)
    return remainder > 0 && draw(d) < remainder ? floor + 1 : floor
  }

  /// The share of a child with `token`: min(1, A P / R / (Q / S)), fairly rounded.
  public func childShare(_ token: Int, draw: (UInt128) -> UInt128) -> UInt128 {
    fairShare(
      share * UInt128(target[token]) * draftTotal, one * total * UInt128(draft[token]), draw)
  }

  /// What no child with a token drawn from Q / S delivers: max(A P / R - Q / S, 0), over the common denominator.
  private var residual: [UInt128] {
    target.indices.map { v in
      let wanted = share * UInt128(target[v]) * draftTotal
      let given = one * UInt128(draft[v]) * total
      return wanted > given ? wanted - given : 0
    }
  }

  /// Takes back a child that delivered nothing: the node then has to deliver the residual. With
  /// m = sum of the residual the share becomes m / (m + 1 - A), fairly rounded, and P / R the residual's law, fairly
  /// rounded to a total of at most 2^`reducedTotalBits`.
  /// - Returns: false if nothing is left to deliver although the share is 1, which only contradictory rows give.
  public mutating func remove(rest: (UInt128) -> UInt128, round: (UInt128) -> UInt128) -> Bool {
    let left = residual
    let sum = left.reduce(0) { Self.wrapped($0 + $1) }
    let missing = (one - share) * total * draftTotal
    guard sum > 0 else {
      share = 0
      return missing > 0
    }
    share = fairShare(sum, Self.wrapped(sum + missing), rest)
    let bits = UInt32(128 - sum.leadingZeroBitCount)
    let shift = UInt128(bits > reducedTotalBits ? bits - reducedTotalBits : 0)
    let last = (1 << shift) - 1 as UInt128
    var running = shift > 0 ? last - round(sum) & last : 0
    for v in target.indices {
      let next = Self.wrapped(running + left[v])
      target[v] = UInt32(truncatingIfNeeded: next >> shift &- running >> shift)
      running = next
    }
    total = running >> shift
    return true
  }

  /// Without replacement: no later child has `token`.
  public mutating func exclude(_ token: Int) {
    draftTotal = UInt128(Reference.rest(of: UInt64(draftTotal), without: draft[token]))
    draft[token] = 0
  }
}
