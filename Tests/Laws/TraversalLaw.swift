import Numerics
import Reference
import ShaderInterface

/// Traversal verification of one drafted tree: its exact law, from the integer steps that the kernel's reference takes.
///
/// Numbers of different nodes are independent, so the law of a node's subtree is composed from the laws of its steps.
struct TraversalLaw {
  /// How a node's children are drawn.
  enum Proposal { case independent, distinct, mergedPaths, oneHot, ownRows }

  var language: Language
  var proposal: Proposal
  /// Children a node by depth; for paths their number, then ones.
  var siblings: [Int]
  var shareBits: UInt32 = 2
  var reducedTotalBits: UInt32 = 3
  /// Changes the node after a child was removed; lossless rules leave it alone.
  var distort: (_ before: TraversalNode, _ after: TraversalNode) -> TraversalNode = { $1 }
  /// What the children of a node are really drawn from, where that is not the draft's row.
  var drawn: ((_ prefix: [UInt32]) -> [UInt32])?
  /// For totals too great to try every number: a step then draws one number at most, and compares it with a threshold.
  var hasThresholds = false
  /// Whether the verifier takes a removed token out of the draft's row where the proposal asks for it.
  var excludes = true

  private struct Visit: Hashable {
    var node: TraversalNode
    /// What the next child is really drawn from.
    var draft: [UInt32]
    var prefix: [UInt32]
    var count: Int
    /// Siblings before it, where each is drawn from a row of its own.
    var drawn: [UInt32] = []
  }
  private var known: [Visit: [[UInt32]: Rational]] = [:]

  init(
    _ language: Language, _ proposal: Proposal, siblings: [Int], shareBits: UInt32 = 2,
    reducedTotalBits: UInt32 = 3
  ) {
    (self.language, self.proposal, self.siblings) = (language, proposal, siblings)
    (self.shareBits, self.reducedTotalBits) = (shareBits, reducedTotalBits)
  }

  /// What a round emits: accepted tokens and the bonus token.
  mutating func rounds() -> [[UInt32]: Rational] {
    delivered([], share: 1 << UInt128(shareBits), siblings[0])
  }

  /// The first tokens, one more than the tree is deep; a round that ends early goes on with plain decoding.
  mutating func tokens() -> [[UInt32]: Rational] {
    var law: [[UInt32]: Rational] = [:]
    for (tokens, probability) in rounds() {
      for (rest, share) in language.target(after: tokens, count: siblings.count + 1 - tokens.count) {
        law[tokens + rest, default: .zero] += probability * share
      }
    }
    return law
  }

  /// The part of the law of the text that a node with this share and `count` children delivers.
  private mutating func delivered(_ prefix: [UInt32], share: UInt128, _ count: Int) -> [[UInt32]: Rational] {
    let rows = language.rows(after: prefix)
    let node = TraversalNode(
      share: share, target: rows.target, total: rows.targetTotal, draft: rows.draft,
      draftTotal: rows.draftTotal, shareBits: shareBits, reducedTotalBits: reducedTotalBits)
    return delivered(Visit(node: node, draft: drawn?(prefix) ?? rows.draft, prefix: prefix, count: count))
  }

  private mutating func delivered(_ visit: Visit) -> [[UInt32]: Rational] {
    let (node, prefix, count) = (visit.node, visit.prefix, visit.count)
    guard node.share > 0 else { return [:] }
    guard count > 0, prefix.count < siblings.count, visit.draft.contains(where: { $0 > 0 }) else {
      return accepted(node, prefix)
    }
    if let law = known[visit] { return law }
    var law: [[UInt32]: Rational] = [:]
    for (token, copies, probability) in children(visit) {
      var proposed = node
      if proposal == .oneHot { proposed.propose(token) }
      if proposal == .ownRows { proposed.propose(DraftRow(draftRow(visit))) }
      var removed = probability
      let below = prefix + [UInt32(token)]
      let ones = prefix.count + 1 < siblings.count ? siblings[prefix.count + 1] : 0
      for (share, chance) in self.law(of: { proposed.childShare(token, draw: $0) }) {
        let grandchildren = proposal == .mergedPaths ? copies : ones
        for (tokens, part) in delivered(below, share: share, grandchildren) {
          law[tokens, default: .zero] += probability * chance * part
          removed -= probability * chance * part
        }
      }
      guard removed > .zero else { continue }
      var draft = visit.draft
      if isDistinct { draft[token] = 0 }
      for (next, chance) in remainders(proposed, token) {
        let drawn = proposal == .ownRows ? visit.drawn + [UInt32(token)] : []
        let rest = Visit(node: next, draft: draft, prefix: prefix, count: count - copies, drawn: drawn)
        for (tokens, part) in delivered(rest) {
          law[tokens, default: .zero] += removed * chance * part
        }
      }
    }
    known[visit] = law
    return law
  }

  /// The next child's token, how many of the undecided children it stands for, and the chance of that.
  private func children(_ visit: Visit) -> [(token: Int, copies: Int, Rational)] {
    let (draft, count) = (draftRow(visit), visit.count)
    if proposal == .oneHot {  // the likeliest tokens of the draft, in order
      let order = draft.indices.sorted { (draft[$0], $1) > (draft[$1], $0) }
      return [(order[siblings[visit.prefix.count] - count], 1, .one)]
    }
    let total = draft.reduce(0) { $0 + UInt64($1) }
    return draft.indices.filter { draft[$0] > 0 }.flatMap { token in
      let q = Rational(draft[token], over: total)
      guard proposal == .mergedPaths else { return [(token, 1, q)] }
      // Paths are independent: those that share the first one's token lie in its subtree.
      return (1...count).map { copies in
        (token, copies, q * binomial(count - 1, copies - 1, q))
      }
    }
  }

  private func draftRow(_ visit: Visit) -> [UInt32] {
    proposal == .ownRows ? Rule.ownRow(visit.drawn, language.rows(after: visit.prefix)) : visit.draft
  }

  private var isDistinct: Bool { proposal == .distinct || proposal == .mergedPaths }

  private func binomial(_ n: Int, _ k: Int, _ p: Rational) -> Rational {
    let ways = (0..<k).reduce(1) { $0 * (n - $1) / ($1 + 1) }
    let taken = (0..<k).reduce(Rational(ways)) { product, _ in product * p }
    return (k..<n).reduce(taken) { product, _ in product * (.one - p) }
  }

  private func remainders(_ node: TraversalNode, _ token: Int) -> [TraversalNode: Rational] {
    let excludes = isDistinct && self.excludes
    return Enumeration.law(hasThresholds: hasThresholds) { source in
      var next = node
      let isSound = next.remove(
        rest: { source.uniform(below: $0, role: ROLE_TRAVERSAL_REST, position: 0, index: 0) },
        round: { source.uniform(below: $0, role: ROLE_TRAVERSAL_ROUND, position: 0, index: 0) })
      // An answer beyond the script, which never counts, may remove what cannot be removed.
      precondition(isSound || source.pending != nil, "\(node)")
      if excludes { next.exclude(token) }
      return distort(node, next)
    }
  }

  private func law<T: Hashable>(of step: @escaping ((UInt128) -> UInt128) -> T) -> [T: Rational] {
    Enumeration.law(hasThresholds: hasThresholds) { source in
      step { source.uniform(below: $0, role: ROLE_TRAVERSAL_CHILD, position: 0, index: 0) }
    }
  }

  /// The path that ends here, with its share, and the token after it.
  private func accepted(_ node: TraversalNode, _ prefix: [UInt32]) -> [[UInt32]: Rational] {
    let share = Rational(node.share, over: node.one)
    var law: [[UInt32]: Rational] = [:]
    for (token, weight) in node.target.enumerated() where weight > 0 {
      law[prefix + [UInt32(token)]] = share * Rational(weight, over: node.total)
    }
    return law
  }
}
