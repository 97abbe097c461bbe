import Numerics
import ShaderInterface

extension Reference {
  /// Sibling rejection at one node: which child is accepted, or the bonus token.
  ///
  /// `target`: u32 [vocabulary], the row P, updated in place; `total`: its sum R; `status`: its status; `drafts`: the row Q of
  /// all children, or with `SIBLINGS_OWN_ROWS` one of each (unused with `SIBLINGS_ONE_HOT`), updated in place;
  /// `cappedTotalBits`: how fine the draft's row of k-seq is taken at least;
  /// `children`: the children's tokens in node order; `tried`: counts those looked at. All integers: a rejected child leaves exactly
  /// max(P / R - Q / S, 0), rounded fairly to at most 2^`reducedTotalBits` where it would outgrow 64 bits. Rows that contradict
  /// their totals wrap there, and in the 32 bits of a total.
  public static func verifyNode<Source: UniformSource>(
    target: UnsafeMutableBufferPointer<UInt32>, total: UInt64, status: UInt32,
    drafts: inout [DraftRow], children: [UInt32], mode: UInt32,
    position: UInt32, reducedTotalBits: UInt32 = REDUCED_TOTAL_BITS, cappedTotalBits: UInt32 = TOTAL_BITS,
    tried: inout Int, source: inout Source
  ) -> NodeOutcome {
    guard total > 0 else { return .failed(status | STATUS_EMPTY_ROW) }
    if children.isEmpty {
      let token = drawTarget(
        weights: UnsafeBufferPointer(target), total: total, position: position, source: &source)
      return .bonus(token)
    }
    if mode == SIBLINGS_ONE_HOT {
      return verifyOneHot(
        target: target, total: total, children: children, position: position, tried: &tried, source: &source)
    }
    let given =
      mode == SIBLINGS_K_SEQ
      ? drafts[0].refined(
        target: UnsafeBufferPointer(target), total: total, bits: cappedTotalBits,
        count: UInt64(children.count))
      : nil
    var total = total
    for (child, token) in children.enumerated() {
      let j = UInt32(child)
      let x = Int(token)
      let q = mode == SIBLINGS_OWN_ROWS ? child : 0
      let (draft, draftTotal) = (drafts[q].weights, drafts[q].total)
      tried += 1
      guard x < target.count, draft[x] > 0 else { return .failed(STATUS_MALFORMED_DRAFT) }
      let bound = total * UInt64(draft[x])
      let u = source.uniform(below: bound, role: ROLE_ACCEPT, position: position, index: j)
      let wanted = UInt64(target[x]) * draftTotal
      if u < given.map({ min(wanted, UInt64($0[x]) * total) }) ?? wanted { return .child(child) }

      let residual = target.indices.map { v in
        let (wanted, taken) = (UInt64(target[v]) * draftTotal, UInt64(given?[v] ?? draft[v]) * total)
        return wanted > taken ? wanted - taken : 0
      }
      let sum = residual.reduce(0, &+)
      guard sum > 0 else { return .failed(status | STATUS_EMPTY_ROW) }
      let exhausted = mode == SIBLINGS_WITHOUT_REPLACEMENT && draftTotal == UInt64(draft[x])
      if child == children.count - 1 || exhausted {
        return .bonus(
          pick(residual, source.uniform(below: sum, role: ROLE_RESIDUAL, position: position, index: j)))
      }
      let bits = UInt64(64 - sum.leadingZeroBitCount)
      let shift = bits > UInt64(reducedTotalBits) ? bits - UInt64(reducedTotalBits) : 0
      var offset: UInt64 = 0
      if shift > 0 {
        let last = (UInt64(1) << shift) - 1
        offset = last - source.uniform(below: sum, role: ROLE_ROUND, position: position, index: j) & last
      }
      var running = offset
      for v in target.indices {
        let next = running &+ residual[v]
        target[v] = UInt32(truncatingIfNeeded: next >> shift &- running >> shift)
        running = next
      }
      total = running >> shift
      if mode == SIBLINGS_WITHOUT_REPLACEMENT { drafts[q].exclude(x) }
    }
    preconditionFailure("the last child returns")
  }

  /// Rejection of deterministic candidates: each is accepted with its share of what remains.
  private static func verifyOneHot<Source: UniformSource>(
    target: UnsafeMutableBufferPointer<UInt32>, total: UInt64, children: [UInt32], position: UInt32,
    tried: inout Int, source: inout Source
  ) -> NodeOutcome {
    var total = total
    for (child, token) in children.enumerated() {
      tried += 1
      guard token < target.count else { return .failed(STATUS_MALFORMED_DRAFT) }
      let weight = UInt64(target[Int(token)])
      let j = UInt32(child)
      if source.uniform(below: total, role: ROLE_ACCEPT, position: position, index: j) < weight {
        return .child(child)
      }
      total -= weight
      target[Int(token)] = 0
    }
    let last = UInt32(children.count - 1)
    return .bonus(
      pick(target, source.uniform(below: total, role: ROLE_RESIDUAL, position: position, index: last)))
  }
}

/// What a child was drawn from: Q and its sum S.
public struct DraftRow: Hashable, Sendable {
  public var weights: [UInt32]
  public var total: UInt64

  public init(weights: [UInt32], total: UInt64) {
    self.weights = weights
    self.total = total
  }

  /// Packed row `row` of a draft that has `count`; without weight where it lacks the row.
  init(
    _ row: Int, of count: Int, weights: UnsafeBufferPointer<UInt32>, totals: UnsafeBufferPointer<UInt32>,
    vocabulary: Int
  ) {
    guard row < count else {
      self.init(weights: [UInt32](repeating: 0, count: vocabulary), total: 0)
      return
    }
    self.init(
      weights: Array(weights[row * vocabulary..<(row + 1) * vocabulary]), total: UInt64(totals[2 * row]))
  }

  /// Without replacement: no later child has `token`.
  mutating func exclude(_ token: Int) {
    total = Reference.rest(of: total, without: weights[token])
    weights[token] = 0
  }

  /// Makes it as fine as k-seq takes it, and gives what `count` children may take of each token.
  mutating func refined(target: UnsafeBufferPointer<UInt32>, total: UInt64, bits: UInt32, count: UInt64)
    -> [UInt32]
  {
    var draftTotal = self.total
    let given = weights.withUnsafeMutableBufferPointer { draft in
      Reference.refine(draft, &draftTotal, bits: bits)
      return Reference.cappedDraft(
        target: target, total: total, draft: UnsafeBufferPointer(draft), draftTotal: draftTotal, count: count)
    }
    self.total = draftTotal
    return given
  }
}
