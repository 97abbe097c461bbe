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
    let count = rows.target.count
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2 * count) { memory in
      Enumeration.law(memory: memory) { source in
        let verify = { (tokens: [UInt32], position: UInt32, source: inout Script) in
          _ = memory.initialize(from: rows.target + rows.draft)
          var tried = 0
          return Reference.verifyNode(
            target: .init(rebasing: memory[..<count]), total: rows.targetTotal, status: STATUS_OK,
            draft: .init(rebasing: memory[count...]), draftTotal: rows.draftTotal, children: tokens,
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
