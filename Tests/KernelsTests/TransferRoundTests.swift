import Conformance
import Foundation
import Kernels
import Numerics
import ShaderInterface
import Testing

extension KernelsTests {
  /// A round of RAPID, composed of kernels, against its rule in double arithmetic: accept x with min(1, p'(x) / q(x)), at
  /// a rejection go on with norm((max(p - q, p - p'))+), after the last token with p; p' = softmax(z - strength * g),
  /// g = p - q where q >= alpha * max q, else 0.
  @Suite(.needsDevice) struct TransferRoundTests {
    @Test func `A round accepts and emits what the rule in double arithmetic does`() throws {
      try withDevice { backend in
        let round = try TransferRound(backend)
        try round.run()
        #expect(try round.results() == TransferRound(ReferenceBackend()).ran().results())
        let law = try round.expectedLaws()
        let results = try round.results()
        for (sequence, result) in results.enumerated() {
          #expect(result.status.isEmpty)
          try expectRule(round, law, sequence, result)
        }
        #expect(Set(results.map(\.acceptedCount)) == Set(0..<TransferRound.nodes), "every length occurs")
      }
    }

    /// Draws are integers, so they fall on one side of a double's threshold unless they are as near to it as laws differ.
    private func expectRule(
      _ round: TransferRound, _ laws: [TransferRound.Laws], _ sequence: Int, _ result: RoundResult
    ) throws {
      let first = sequence * TransferRound.nodes
      let tokens = try round.tokens()
      for (depth, node) in (first..<first + TransferRound.nodes - 1).enumerated() {
        let (x, law) = (Int(tokens[node + 1]), laws[node])
        let u = try round.acceptance(of: node + 1, sequence)
        let ratio = law.changed[x] / law.draft[x]
        if depth < result.acceptedCount { #expect(u < ratio * (1 + TransferRound.error), "node \(node)") }
        if depth == result.acceptedCount { #expect(u > ratio * (1 - TransferRound.error), "node \(node)") }
      }
      let last = first + result.acceptedCount
      let isEnd = result.acceptedCount == TransferRound.nodes - 1
      let law = isEnd ? laws[last].target : laws[last].residual
      let drawn = try round.drawn(at: last, sequence, from: isEnd ? round.target : round.residual)
      let below = law[..<Int(result.bonus)].reduce(0, +)
      #expect(drawn > below - TransferRound.error / laws[last].mass(isEnd), "node \(last)")
      #expect(
        drawn < below + law[Int(result.bonus)] + TransferRound.error / laws[last].mass(isEnd), "node \(last)")
    }

    @Test func `The laws of a round are those of double arithmetic`() throws {
      try withDevice { backend in
        let round = try TransferRound(backend)
        try round.run()
        let laws = try round.expectedLaws()
        for (rows, exact) in [
          (round.draft, laws.map(\.draft)), (round.target, laws.map(\.target)),
          (round.changed, laws.map(\.changed)),
        ] {
          for (found, law) in zip(try round.laws(rows), exact) {
            #expect(zip(found, law).allSatisfy { abs($0 - $1) <= TransferRound.error * $1 + 0x1p-29 })
          }
        }
        for (found, law) in zip(try round.laws(round.residual), laws) {
          #expect(
            zip(found, law.residual).allSatisfy { abs($0 - $1) <= TransferRound.error / law.mass(false) })
        }
        #expect(laws.contains { zip($0.target, $0.changed).contains { abs($0 - $1) > 0.1 } })
      }
    }
  }
}

/// Chains of draft tokens, one a sequence, and what a round makes of them.
private struct TransferRound {
  static let (sequences, nodes, vocabulary) = (96, 4, 24)
  /// Relative, of a probability: logits within 10, over the temperature 13, move a sum by less than 100 units of 2^-24, so
  /// a logit by 1000 of them at most, and its exponential by twice 1250; the weights themselves by 2^-18.
  static let error = 0x1p-12
  private static let (strength, alpha, temperature) = (5.0, 0.1, 0.8)
  private static let rows = sequences * nodes

  struct Laws {
    let draft, target, changed, residual: [Double]
    private let residualMass: Double

    /// p and q of the round's temperature.
    init(target z: [Float], draft y: [Float]) {
      target = Self.softmax(z.map { Double($0) })
      draft = Self.softmax(y.map { Double($0) })
      let best = draft.max()!
      let (p, q) = (target, draft)
      let moved = z.indices.map { v in
        q[v] >= alpha * best ? Double(z[v]) - strength * (p[v] - q[v]) : Double(z[v])
      }
      let p2 = Self.softmax(moved)
      changed = p2
      let excess = z.indices.map { max(p[$0] - q[$0], p[$0] - p2[$0], 0) }
      let mass = excess.reduce(0, +)
      residualMass = mass
      residual = excess.map { $0 / mass }
    }

    /// What an error of the laws is divided by where they are renormalised.
    func mass(_ isEnd: Bool) -> Double { isEnd ? 1 : residualMass / 4 }

    private static func softmax(_ logits: [Double]) -> [Double] {
      let shares = logits.map { exp($0 / temperature) }
      return shares.map { $0 / shares.reduce(0, +) }
    }
  }

  let draft, target, changed, residual: DistributionRows
  private let backend: any Backend
  private let common: DistributionRows
  private let tree: TreeBuffers
  private let batch: SequenceBatch
  private let targetLogits, draftLogits, moved, score: Tensor<Float>
  private let mass, picks, ends, accept: Tensor<UInt32>

  init(_ backend: any Backend) throws {
    self.backend = backend
    var random = CaseRandom(seed: 3, family: "transfer", index: 0)
    func logits() -> [Float] {
      (0..<Self.rows * Self.vocabulary).map { _ in Float.random(in: -4...4, using: &random) }
    }
    let first = logits()
    targetLogits = try backend.makeTensor(first, "target logits")
    let near = zip(first, logits()).map { 0.8 * $0 + 0.4 * $1 }
    draftLogits = try backend.makeTensor(near, "draft logits")
    moved = try backend.makeTensor(first.count, "moved logits")
    func law(_ label: String) throws -> DistributionRows {
      try DistributionRows(backend: backend, rows: Self.rows, vocabulary: Self.vocabulary, label: label)
    }
    (draft, target, changed) = (try law("draft"), try law("target"), try law("changed"))
    (common, residual) = (try law("common"), try law("residual"))
    tree = try TreeBuffers(backend: backend, maximumNodes: Self.nodes, sequences: Self.sequences)
    let places = (0..<Self.rows).map { $0 % Self.nodes }
    try backend.write(places.map { $0 == 0 ? NO_NODE : UInt32($0 - 1) }, to: tree.parents)
    try backend.write(places.map { UInt32($0) }, to: tree.depths)
    let states = (0..<Self.sequences).map {
      SequenceState(length: 100, seed: UInt64($0), nodes: Self.nodes, firstNode: $0 * Self.nodes)
    }
    try backend.write(states.flatMap(\.words), to: tree.state)
    let owners = (0..<Self.rows).map { UInt32($0 / Self.nodes) }
    batch = SequenceBatch(sequences: Self.sequences, owners: try backend.makeTensor(owners, "owners"))
    mass = try backend.makeTensor(4 * Self.rows, "mass")
    picks = try backend.makeTensor(2 * Self.rows, "picks")
    ends = try backend.makeTensor(2 * Self.rows, "ends")
    accept = try backend.makeTensor(Self.rows, "accept")
    score = try backend.makeTensor(Self.rows, "score")
  }

  func run() throws {
    let (rows, warp) = (Self.rows, Warp(temperature: Self.temperature))
    let transfer = LogitMixture.transfer(
      strength: Self.strength, alpha: Self.alpha, temperature: Self.temperature)
    try backend.run("transfer round") { list in
      list.distribution(draftLogits, warp: warp, out: draft, rows: rows)
      for depth in 1..<Self.nodes {  // a draft model would run in between
        list.drawChildren(
          draft, state: tree.state, tokens: tree.tokens, parents: 1, children: 1, replacement: true,
          firstParent: depth - 1, firstChild: depth, childDepth: depth, sequences: Self.sequences)
      }
      list.mixLogits(
        targetLogits, draftLogits, transfer, out: moved, rows: rows, vocabulary: Self.vocabulary)
      list.distribution(targetLogits, warp: warp, out: target, rows: rows)
      list.distribution(moved, warp: warp, out: changed, rows: rows)
      list.clusterAccept(
        TokenCluster(ranks: 0), target: changed, draft: draft, tree: tree, batch: batch, accept: accept,
        score: score)
      list.combineDistributions(draft, changed, .minimum, out: common, mass: mass, rows: rows)
      list.combineDistributions(target, common, .residual, out: residual, mass: mass, rows: rows)
      list.drawTarget(
        residual, depths: tree.depths, state: tree.state, out: picks, count: rows, batch: batch)
      list.drawTarget(target, depths: tree.depths, state: tree.state, out: ends, count: rows, batch: batch)
      list.verifyAccepted(
        accept, score: score, picks: picks, endPicks: ends, tree: tree, sequences: Self.sequences)
    }
  }

  func ran() throws -> TransferRound {
    try run()
    return self
  }

  func results() throws -> [RoundResult] {
    try RoundResult.batch(
      backend.read(tree.result), maximumNodes: Self.nodes, sequences: Self.sequences)
  }

  func tokens() throws -> [UInt32] { try backend.read(tree.tokens) }

  func expectedLaws() throws -> [Laws] {
    let (z, y) = (try backend.read(targetLogits), try backend.read(draftLogits))
    return (0..<Self.rows).map { row in
      let range = row * Self.vocabulary..<(row + 1) * Self.vocabulary
      return Laws(target: Array(z[range]), draft: Array(y[range]))
    }
  }

  /// The probabilities of integer rows.
  func laws(_ rows: DistributionRows) throws -> [[Double]] {
    let (weights, totals) = (try backend.read(rows.weights), try backend.read(rows.totals))
    return (0..<Self.rows).map { row in
      (0..<Self.vocabulary).map {
        Double(weights[row * Self.vocabulary + $0]) / Double(totals[2 * row])
      }
    }
  }

  /// The uniform number in 0..<1 that decides on a node.
  func acceptance(of node: Int, _ sequence: Int) throws -> Double {
    let x = Int(try tokens()[node])
    let total = UInt64(try backend.read(changed.totals)[2 * (node - 1)])
    let weight = UInt64(try backend.read(draft.weights)[(node - 1) * Self.vocabulary + x])
    let random = KeyedRandom(
      seed: UInt64(sequence), position: 100 + UInt32(node % Self.nodes), role: ROLE_ACCEPT, index: 0)
    return Double(random.uniform(below: total * weight)) / Double(total * weight)
  }

  /// The uniform number in 0..<1 that draws what follows a node.
  func drawn(at node: Int, _ sequence: Int, from rows: DistributionRows) throws -> Double {
    let total = UInt64(try backend.read(rows.totals)[2 * node])
    let random = KeyedRandom(
      seed: UInt64(sequence), position: 101 + UInt32(node % Self.nodes), role: ROLE_TARGET, index: 0)
    return Double(random.uniform(below: total)) / Double(total)
  }
}
