import Conformance
import Kernels
import Numerics
import ShaderInterface
import Testing

extension KernelsTests {
  /// Rounds that cluster acceptance ends, on a batch of chains.
  @Suite(.needsDevice) struct ClusterAcceptTests {
    @Test func `With the token alone a chain ends where token rejection ends it`() throws {
      try withDevice { backend in
        let chains = try Chains(backend)
        let alone = try chains.rounds(TokenCluster(ranks: 0))
        let rejection = try chains.rejectionRounds()
        #expect(alone.map(\.path) == rejection.map(\.path))
        #expect(Set(alone.map(\.path.count)).count == Chains.nodes, "every length occurs")
      }
    }

    @Test func `A round ends with a token of the residual, or of the target after the last node`() throws {
      try withDevice { backend in
        let chains = try Chains(backend)
        let reference = try Chains(ReferenceBackend())
        for cluster in [TokenCluster(ranks: 0), TokenCluster(), TokenCluster(tolerance: 1)] {
          let rounds = try chains.rounds(cluster)
          #expect(rounds == (try reference.rounds(cluster)))
          for (sequence, round) in rounds.enumerated() {
            let end = sequence * Chains.nodes + round.path.count - 1
            let isLeaf = round.path.count == Chains.nodes
            #expect(round.status.isEmpty)
            #expect(chains.excess(end, round.bonus, over: !isLeaf) > 0, "node \(end)")
          }
        }
        let accepted = try [TokenCluster(ranks: 0), TokenCluster()].map {
          try chains.rounds($0).reduce(0) { $0 + $1.path.count }
        }
        #expect(accepted[1] > accepted[0] + Chains.sequences / 4, "clusters accept more")
      }
    }

    /// A CPU driver may end a loop early that runs too long: these are the longest.
    @Test(arguments: [(262_144, 0), (512, 16_384)], 0..<4)
    func `The most neighbours are found`(size: (vocabulary: Int, columns: Int), index: Int) throws {
      try withDevice { backend in
        var random = CaseRandom(seed: 6, family: "clusters", index: index)
        let longest = KernelCase.clusterAccept(
          ranks: 32, tolerance: 1, columns: size.columns, maximumNodes: 3, vocabulary: size.vocabulary,
          random: &random)
        let difference = try PlacedCase(longest, on: backend).firstDifference()
        #expect(difference == nil, "\(longest.shape)")
      }
    }
  }
}

/// Chains drawn from draft rows near the target's, one a sequence.
private struct Chains {
  static let (sequences, nodes, vocabulary) = (256, 6, 24)
  private static let rows = sequences * nodes

  private let backend: any Backend
  private let weights, draftWeights: [UInt32]
  private let target, draft, residual: DistributionRows
  private let tree: TreeBuffers
  private let batch: SequenceBatch
  private let mass, picks, ends, accept, scratch: Tensor<UInt32>
  private let score: Tensor<Float>

  init(_ backend: any Backend) throws {
    self.backend = backend
    var random = CaseRandom(seed: 8, family: "chains", index: 0)
    func row() -> [UInt32] {
      (0..<Self.vocabulary).map { _ in UInt32.random(in: 1...1 << 26, using: &random) }
    }
    let weights = (0..<Self.rows).flatMap { _ in row() }
    let draftWeights = weights.map { UInt32.random(in: $0 / 4...$0, using: &random) }
    (self.weights, self.draftWeights) = (weights, draftWeights)
    func rows(_ weights: [UInt32], _ label: String) throws -> DistributionRows {
      let totals = (0..<Self.rows).flatMap { [Self.row(weights, $0).reduce(0, +), STATUS_OK] }
      return DistributionRows(
        weights: try backend.makeTensor(weights, label), totals: try backend.makeTensor(totals, label),
        vocabulary: Self.vocabulary)
    }
    target = try rows(weights, "target")
    draft = try rows(draftWeights, "draft")
    residual = try DistributionRows(
      backend: backend, rows: Self.rows, vocabulary: Self.vocabulary, label: "residual")
    tree = try TreeBuffers(backend: backend, maximumNodes: Self.nodes, sequences: Self.sequences)
    let places = (0..<Self.rows).map { $0 % Self.nodes }
    try backend.write(places.map { $0 == 0 ? NO_NODE : UInt32($0 - 1) }, to: tree.parents)
    try backend.write(places.map { UInt32($0) }, to: tree.depths)
    let states = (0..<Self.sequences).map {
      SequenceState(length: 100, seed: UInt64($0), nodes: Self.nodes, firstNode: $0 * Self.nodes)
    }
    try backend.write(states.flatMap(\.words), to: tree.state)
    let tokens = (0..<Self.rows).map { node in
      guard node % Self.nodes > 0 else { return 0 as UInt32 }
      let row = Self.row(draftWeights, node - 1)
      return pick(row, UInt64.random(in: 0..<row.reduce(0) { $0 + UInt64($1) }, using: &random))
    }
    try backend.write(tokens, to: tree.tokens)
    let owners = (0..<Self.rows).map { UInt32($0 / Self.nodes) }
    batch = SequenceBatch(sequences: Self.sequences, owners: try backend.makeTensor(owners, "owners"))
    mass = try backend.makeTensor(4 * Self.rows, "mass")
    picks = try backend.makeTensor(2 * Self.rows, "picks")
    ends = try backend.makeTensor(2 * Self.rows, "ends")
    accept = try backend.makeTensor(Self.rows, "accept")
    scratch = try backend.makeTensor(Self.sequences * Self.vocabulary, "scratch")
    score = try backend.makeTensor(Self.rows, "score")
  }

  private static func row(_ weights: [UInt32], _ node: Int) -> ArraySlice<UInt32> {
    weights[node * vocabulary..<(node + 1) * vocabulary]
  }

  /// P * S - Q * R of a token, or P where there is no draft.
  func excess(_ node: Int, _ token: UInt32, over hasDraft: Bool) -> Int {
    let (p, q) = (Self.row(weights, node), Self.row(draftWeights, node))
    let (mine, draft) = (Int(p[p.startIndex + Int(token)]), Int(q[q.startIndex + Int(token)]))
    guard hasDraft else { return mine }
    return mine * q.reduce(0) { $0 + Int($1) } - draft * p.reduce(0) { $0 + Int($1) }
  }

  /// Rounds as the documentation of `clusterAccept` composes them.
  func rounds(_ cluster: TokenCluster) throws -> [RoundResult] {
    try backend.run("cluster round") { list in
      list.combineDistributions(target, draft, .residual, out: residual, mass: mass, rows: Self.rows)
      list.drawTarget(
        residual, depths: tree.depths, state: tree.state, out: picks, count: Self.rows, batch: batch)
      list.drawTarget(
        target, depths: tree.depths, state: tree.state, out: ends, count: Self.rows, batch: batch)
      list.clusterAccept(
        cluster, target: target, draft: draft, tree: tree, batch: batch, accept: accept, score: score)
      list.verifyAccepted(
        accept, score: score, picks: picks, endPicks: ends, tree: tree, sequences: Self.sequences)
    }
    return try results()
  }

  func rejectionRounds() throws -> [RoundResult] {
    try backend.run("rejection round") {
      $0.verifySiblings(
        target: target, draft: draft, tree: tree, scratch: scratch, rule: .withReplacement,
        sequences: Self.sequences)
    }
    return try results()
  }

  private func results() throws -> [RoundResult] {
    try RoundResult.batch(
      backend.read(tree.result), maximumNodes: Self.nodes, sequences: Self.sequences)
  }
}
