import Numerics
import Reference
import ShaderInterface

/// Integer rows of a target and a draft at one node.
struct Rows: Hashable {
  var target: [UInt32]
  var draft: [UInt32]

  var targetTotal: UInt64 { target.reduce(0) { $0 + UInt64($1) } }
  var draftTotal: UInt64 { draft.reduce(0) { $0 + UInt64($1) } }

  /// The target's law: token v with weight / total.
  var law: [UInt32: Rational] {
    var law: [UInt32: Rational] = [:]
    for (v, weight) in target.enumerated() where weight > 0 {
      law[UInt32(v)] = Rational(weight, over: targetTotal)
    }
    return law
  }
}

/// How one node emits its next token: as an accepted child, or as the bonus token that ends the round.
struct NodeLaw {
  var accepted: [UInt32: Rational] = [:]
  var bonus: [UInt32: Rational] = [:]

  var tokens: [UInt32: Rational] { accepted.merging(bonus, uniquingKeysWith: +) }
}

/// The rule under test at one node.
struct Rule {
  var mode: UInt32
  var children: Int
  var reducedTotalBits = REDUCED_TOTAL_BITS
  /// Of k-seq's draft row: small, so that every number can be tried.
  var cappedTotalBits: UInt32 = 5
  /// Draws that differ from what the mode asks for.
  var drawsIndependently = false
  /// What is done to the drawn tokens before they are verified; lossless rules leave them alone.
  var select: (_ drawn: [UInt32], Rows) -> [UInt32] = { drawn, _ in drawn }
  /// What child number `drawn.count` is drawn from with `SIBLINGS_OWN_ROWS`, once its earlier siblings are known.
  var ownRow: (_ drawn: [UInt32], Rows) -> [UInt32] = Rule.ownRow
  /// What it is verified by; nil: the same.
  var verifiedRow: ((_ drawn: [UInt32], Rows) -> [UInt32])?
  /// Forgets what a rejected child removed from the target: the error of a naive multi-draft loop.
  var updatesResidual = true

  /// The exact law over every draw of the draft and of the verifier, through the reference's own code.
  func law(_ rows: Rows, position: UInt32 = 9) -> NodeLaw {
    var law = NodeLaw()
    for (drawn, probability) in draftLaw(rows, position: position) {
      let tokens = select(drawn.filter { $0 != NO_TOKEN }, rows)
      for (outcome, share) in verifierLaw(rows, tokens, position: position) {
        switch outcome {
        case .child(let j): law.accepted[tokens[j], default: .zero] += probability * share
        case .bonus(let token): law.bonus[token, default: .zero] += probability * share
        case .failed(let status): preconditionFailure("status \(status) for \(tokens) in \(rows)")
        }
      }
    }
    return law
  }

  private func draftLaw(_ rows: Rows, position: UInt32) -> [[UInt32]: Rational] {
    if mode == SIBLINGS_ONE_HOT {  // deterministic candidates: the likeliest tokens of the draft
      let order = rows.draft.indices.sorted { (rows.draft[$0], $1) > (rows.draft[$1], $0) }
      return [order.prefix(children).map { UInt32($0) }: .one]
    }
    if mode == SIBLINGS_OWN_ROWS {
      return (0..<children).reduce([[]: .one]) { law, _ in
        law.reduce(into: [:]) { next, drawn in
          let row = DraftRow(ownRow(drawn.key, rows))
          for (token, weight) in row.weights.enumerated() where weight > 0 {
            next[drawn.key + [UInt32(token)]] = drawn.value * Rational(weight, over: row.total)
          }
        }
      }
    }
    return rows.draft.withUnsafeBufferPointer { draft in
      Enumeration.law { source in
        Reference.drawChildren(
          weights: draft, total: rows.draftTotal, count: children,
          replacement: drawsIndependently || mode != SIBLINGS_WITHOUT_REPLACEMENT, position: position,
          source: &source)
      }
    }
  }

  func verifierLaw(_ rows: Rows, _ tokens: [UInt32], position: UInt32 = 9) -> [NodeOutcome: Rational] {
    let row = verifiedRow ?? ownRow
    let rowsOfChildren =
      mode == SIBLINGS_OWN_ROWS ? tokens.indices.map { row(Array(tokens[..<$0]), rows) } : [rows.draft]
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: rows.target.count) { memory in
      // What the drafts' rows have lost follows from the child that a number is drawn for.
      Enumeration.law(memory: memory) { source in
        let verify = { (tokens: [UInt32], position: UInt32, source: inout Script) in
          _ = memory.initialize(from: rows.target)
          var drafts = rowsOfChildren.map { DraftRow($0) }
          var tried = 0
          return Reference.verifyNode(
            target: memory, total: rows.targetTotal, status: STATUS_OK, drafts: &drafts, children: tokens,
            mode: mode, position: position, reducedTotalBits: reducedTotalBits,
            cappedTotalBits: cappedTotalBits, tried: &tried, source: &source)
        }
        if updatesResidual || tokens.isEmpty { return verify(tokens, position, &source) }
        for (j, token) in tokens.enumerated() {
          let outcome = verify([token], position + UInt32(j), &source)
          if outcome == .child(0) { return .child(j) }
          if j == tokens.count - 1 { return outcome }
        }
        preconditionFailure("the last child returns")
      }
    }
  }
}

extension Rule {
  /// Several drafters: the row itself, one with certainty, and the row turned round without the tokens drawn before.
  static func ownRow(_ drawn: [UInt32], _ rows: Rows) -> [UInt32] {
    let draft = rows.draft
    switch drawn.count % 3 {
    case 0: return draft
    case 1:
      let likeliest = rows.target.indices.max { (rows.target[$0], $1) < (rows.target[$1], $0) }!
      return draft.indices.map { $0 == likeliest ? 1 : 0 }
    default:
      let turned = draft.indices.map { drawn.contains(UInt32($0)) ? 0 : draft[($0 + 1) % draft.count] }
      return turned.contains { $0 > 0 } ? turned : draft
    }
  }
}

extension DraftRow {
  init(_ weights: [UInt32]) { self.init(weights: weights, total: weights.reduce(0) { $0 + UInt64($1) }) }
}
