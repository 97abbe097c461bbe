import Numerics
import Reference
import ShaderInterface
import Testing

/// Cluster acceptance at one node, through the reference's own code and by its formula.
private struct Cluster {
  var ranks: UInt32 = 2
  /// In 64ths.
  var tolerance = 16
  /// Small integers, so that their squared distances are exact; empty: no table.
  var embeddings: [[Int]] = []
  var squaredDistance = 2

  private var parameters: ClusterAccept {
    ClusterAccept(
      capacity: 1, sequences: 1, vocabulary: 0, ranks: ranks,
      tolerance: UInt32(tolerance) << (CLUSTER_TOLERANCE_BITS - 6),
      columns: UInt32(embeddings.first?.count ?? 0), squaredDistance: Float(squaredDistance), stream: 0)
  }

  /// The probability that `token` passes, over every answer to the draw; nil where it is refused without one.
  func acceptance(_ token: Int, _ rows: Rows) -> Rational? {
    var parameters = parameters
    parameters.vocabulary = UInt32(rows.target.count)
    let table = embeddings.flatMap { $0.map(Float.init) }
    let law = rows.target.withUnsafeBufferPointer { target in
      rows.draft.withUnsafeBufferPointer { draft in
        table.withUnsafeBufferPointer { table in
          Enumeration<Bool?>.law { source in
            Reference.clusterAccept(
              parameters, target: target, total: UInt32(rows.targetTotal), draft: draft,
              draftTotal: UInt32(rows.draftTotal), table: table, token: token, position: 9, child: 0,
              source: &source)?.isAccepted
          }
        }
      }
    }
    return law[Bool?.none] == nil ? law[true] ?? .zero : nil
  }

  /// min(1, p(G) / q(G)), from probabilities.
  func formula(_ token: Int, _ rows: Rows) -> Rational {
    let p = rows.target.map { Rational($0, over: rows.targetTotal) }
    let q = rows.draft.map { Rational($0, over: rows.draftTotal) }
    func rank(_ y: Int) -> Int { p.indices.count { p[$0] > p[y] || (p[$0] == p[y] && $0 < y) } }
    let members = p.indices.filter { y in
      let apart = p[y] > p[token] ? p[y] - p[token] : p[token] - p[y]
      let isAlike = embeddings.isEmpty || squares(y, token) < squaredDistance
      let isNear = apart < Rational(tolerance, over: 64) && abs(rank(y) - rank(token)) <= ranks
      return y == token || (isNear && isAlike)
    }
    let (a, b) = (members.reduce(.zero) { $0 + p[$1] }, members.reduce(.zero) { $0 + q[$1] })
    return min(.one, a / b)
  }

  private func squares(_ x: Int, _ y: Int) -> Int {
    zip(embeddings[x], embeddings[y]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// The law of the next token on a chain: the drafted one if it passes, else one of the plain residual.
  func law(_ rows: Rows) -> [UInt32: Rational] {
    var law: [UInt32: Rational] = [:]
    var rejected = Rational.one
    for (token, weight) in rows.draft.enumerated() where weight > 0 {
      let share = Rational(weight, over: rows.draftTotal) * (acceptance(token, rows) ?? .zero)
      law[UInt32(token)] = share
      rejected = rejected - share
    }
    return law.merging(residualLaw(rows).mapValues { $0 * rejected }, uniquingKeysWith: +)
  }

  /// Empty for equal rows, of which none is rejected.
  private func residualLaw(_ rows: Rows) -> [UInt32: Rational] { Rows(target: rows.residual, draft: []).law }
}

extension Rows {
  /// norm(max(p - q, 0)) as combineDistributions writes it; all 0 for equal rows.
  var residual: [UInt32] {
    let count = target.count
    var weights = [UInt32](repeating: 0, count: count)
    var (totals, mass): ([UInt32], [UInt32]) = ([0, 0], [0, 0, 0, 0])
    let given = [target, [UInt32(targetTotal), 0], draft, [UInt32(draftTotal), 0]]
    weights.withUnsafeMutableBufferPointer { weights in
      totals.withUnsafeMutableBufferPointer { totals in
        mass.withUnsafeMutableBufferPointer { mass in
          let operands = given.map { UnsafeMutableBufferPointer<UInt32>.copy(of: $0) }
          defer { for operand in operands { operand.deallocate() } }
          Reference.combineDistributions(
            CombineDistributions(
              rows: 1, vocabulary: UInt32(count), mode: COMBINE_RESIDUAL, factorA: 1, factorB: 1),
            a: .init(operands[0]), totalsA: .init(operands[1]), b: .init(operands[2]),
            totalsB: .init(operands[3]), weights: weights, totals: totals, mass: mass)
        }
      }
    }
    return weights
  }
}

extension UnsafeMutableBufferPointer {
  fileprivate static func copy(of values: [Element]) -> UnsafeMutableBufferPointer {
    let buffer = UnsafeMutableBufferPointer.allocate(capacity: values.count)
    _ = buffer.initialize(from: values)
    return buffer
  }
}

@Suite struct ClusterLawTests {
  private func rows(_ seed: UInt64) -> Rows {
    Language(vocabulary: 2 + Int(seed % 5), largestTotal: 9, seed: seed).rows(after: [])
  }

  /// Every token of random rows: the draw's answers that let it pass are exactly the formula's share.
  @Test(arguments: [0, 1, 2, 32] as [UInt32], [0, 8, 16, 64])
  func acceptanceFollowsTheFormula(ranks: UInt32, tolerance: Int) {
    for seed in 1...40 as ClosedRange<UInt64> {
      let rows = rows(seed)
      var random = SplitMix64(seed)
      for columns in 0...2 {
        let embeddings = rows.target.map { _ in
          (0..<columns).map { _ in Int.random(in: 0...2, using: &random) }
        }
        let cluster = Cluster(
          ranks: ranks, tolerance: tolerance, embeddings: columns == 0 ? [] : embeddings,
          squaredDistance: Int.random(in: 0...3, using: &random))
        for token in rows.draft.indices {
          let expected = rows.draft[token] == 0 ? nil : cluster.formula(token, rows)
          #expect(cluster.acceptance(token, rows) == expected, "\(rows) \(token) \(cluster)")
        }
      }
    }
  }

  /// With no neighbours the test is that of token rejection, and so is the law: the target's.
  @Test func theTokenAloneIsTokenRejection() {
    let alone = Cluster(ranks: 0)
    let rejection = Rule(mode: SIBLINGS_WITH_REPLACEMENT, children: 1)
    for seed in 1...40 as ClosedRange<UInt64> {
      let rows = rows(seed)
      for token in rows.draft.indices where rows.draft[token] > 0 {
        let expected = rejection.verifierLaw(rows, [UInt32(token)])[.child(0)] ?? .zero
        #expect(alone.acceptance(token, rows) == expected, "\(rows) \(token)")
      }
      #expect(totalVariation(alone.law(rows), rows.law) == .zero, "\(rows)")
    }
  }

  /// Clusters are lossy: what they let pass is no longer the target's law.
  @Test func theLawIsNotTheTargets() {
    let distances = (1...40 as ClosedRange<UInt64>).map { seed in
      let rows = rows(seed)
      let law = Cluster(ranks: 2, tolerance: 32).law(rows)
      #expect(law.values.reduce(.zero, +) == .one)
      return totalVariation(law, rows.law)
    }
    #expect(distances.max()! > Rational(1, over: 10))
  }

  /// Two equally likely tokens, of which the draft knows one: it always passes, and the other is never drawn.
  @Test func aClusterHidesAToken() {
    let rows = Rows(target: [1, 1], draft: [1, 0])
    #expect(Cluster().acceptance(0, rows) == .one)
    #expect(Cluster(ranks: 0).acceptance(0, rows) == Rational(1, over: 2))
    #expect(Cluster(embeddings: [[0], [2]]).acceptance(0, rows) == Rational(1, over: 2))
    #expect(Cluster().law(rows)[0] == .one)
  }
}
