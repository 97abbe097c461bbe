import Numerics
import ShaderInterface

/// The exact law of a stochastic beam's tree (Kool et al., 2019), by the times e^-key at which its nodes arrive.
///
/// A node's first child arrives with it, each token with its draft probability; the next ones at the rate of the node's
/// probability times what is left of its row, which token again by the row. So the order of arrivals is a race of
/// exponential clocks, and its law is rational.
struct StochasticBeam {
  /// Which arrivals stay.
  enum Cut: Hashable {
    /// The first so many of each depth; only these have children.
    case depths([Int])
    /// The first so many of all, down to a depth.
    case all(Int, depth: Int)
  }

  /// Children in order of arrival, by the path to their parent.
  typealias Tree = [[UInt32]: [UInt32]]

  let language: Language
  let cut: Cut

  private var deepest: Int {
    switch cut {
    case .depths(let widths): widths.count
    case .all(_, let depth): depth
    }
  }

  /// The probability of each tree.
  func law() -> [Tree: Rational] {
    var law: [Tree: Rational] = [:]
    arrive([], in: [:], probability: .one) { tree, share in race(tree, share, &law) }
    return law
  }

  private func nodes(_ tree: Tree, depth: Int) -> Int {
    tree.reduce(0) { $0 + ($1.key.count == depth - 1 ? $1.value.count : 0) }
  }

  /// Whether one more node of this depth stays.
  private func hasRoom(_ tree: Tree, depth: Int) -> Bool {
    switch cut {
    case .depths(let widths): depth <= widths.count && nodes(tree, depth: depth) < widths[depth - 1]
    case .all(let count, let deepest):
      depth <= deepest && tree.values.reduce(0) { $0 + $1.count } < count
    }
  }

  /// Adds a child of `path`, any that its row has left, and with it its first child, and so on.
  private func add(_ path: [UInt32], _ tree: Tree, _ probability: Rational, _ use: (Tree, Rational) -> Void) {
    let draft = language.rows(after: path).draft
    let left = draft.indices.filter { draft[$0] > 0 && !(tree[path] ?? []).contains(UInt32($0)) }
    let total = left.reduce(0) { $0 + Int(draft[$1]) }
    for token in left {
      var next = tree
      next[path, default: []].append(UInt32(token))
      arrive(
        path + [UInt32(token)], in: next, probability: probability * Rational(draft[token], over: total), use)
    }
  }

  /// A node that stays has arrived: so does its first child, if that stays.
  private func arrive(
    _ path: [UInt32], in tree: Tree, probability: Rational, _ use: (Tree, Rational) -> Void
  ) {
    guard hasRoom(tree, depth: path.count + 1) else { return use(tree, probability) }
    add(path, tree, probability, use)
  }

  private func race(_ tree: Tree, _ probability: Rational, _ law: inout [Tree: Rational]) {
    let clocks = ([[]] + tree.flatMap { path, children in children.map { path + [$0] } }).compactMap {
      path -> (path: [UInt32], rate: Rational)? in
      guard hasRoom(tree, depth: path.count + 1) else { return nil }
      let rate = rate(path, tree)
      return rate > .zero ? (path, rate) : nil
    }
    let sum = clocks.reduce(Rational.zero) { $0 + $1.rate }
    guard sum > .zero else {
      law[tree, default: .zero] += probability
      return
    }
    for clock in clocks {
      var branches: [(Tree, Rational)] = []
      add(clock.path, tree, probability * (clock.rate / sum)) { branches.append(($0, $1)) }
      for (next, share) in branches { race(next, share, &law) }
    }
  }

  /// Of the next child: the node's probability times what is left of its row.
  private func rate(_ path: [UInt32], _ tree: Tree) -> Rational {
    var probability = Rational.one
    for (depth, token) in path.enumerated() {
      let rows = language.rows(after: Array(path.prefix(depth)))
      probability = probability * Rational(rows.draft[Int(token)], over: rows.draftTotal)
    }
    let rows = language.rows(after: path)
    let used = (tree[path] ?? []).reduce(UInt64(0)) { $0 + UInt64(rows.draft[Int($1)]) }
    return probability * Rational(rows.draftTotal - used, over: rows.draftTotal)
  }

  /// The law of the first `depth` + 1 tokens of a round that verifies the tree by recursive rejection.
  func speculative(order: (_ children: [UInt32], Rows) -> [UInt32] = { children, _ in children })
    -> [[UInt32]: Rational]
  {
    var law: [[UInt32]: Rational] = [:]
    for (tree, probability) in self.law() {
      for (tokens, share) in walk([], tree, order) { law[tokens, default: .zero] += probability * share }
    }
    return law
  }

  var target: [[UInt32]: Rational] { language.target(after: [], count: deepest + 1) }

  private func walk(
    _ path: [UInt32], _ tree: Tree, _ order: ([UInt32], Rows) -> [UInt32]
  ) -> [[UInt32]: Rational] {
    let rows = language.rows(after: path)
    let children = order(tree[path] ?? [], rows)
    var law: [[UInt32]: Rational] = [:]
    let rule = Rule(mode: SIBLINGS_WITHOUT_REPLACEMENT, children: children.count)
    for (outcome, share) in rule.verifierLaw(rows, children, position: UInt32(9 + path.count)) {
      let (token, rest): (UInt32, [[UInt32]: Rational])
      switch outcome {
      case .child(let j): (token, rest) = (children[j], walk(path + [children[j]], tree, order))
      case .bonus(let bonus):
        (token, rest) = (bonus, language.target(after: path + [bonus], count: deepest - path.count))
      case .failed(let status): preconditionFailure("status \(status) for \(children) in \(rows)")
      }
      for (tokens, part) in rest { law[[token] + tokens, default: .zero] += share * part }
    }
    return law
  }
}
