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

    /// The draft tokens are drawn as those of a speculative Jacobi window are, where a rejected one is drawn again.
    @Test func `A token of a Jacobi window is drawn again in a stream of its own`() throws {
      try withDevice { backend in
        let counts = try JacobiWindows(backend).counts(residualStream: 1)
        #expect(counts == (try JacobiWindows(ReferenceBackend()).counts(residualStream: 1)))
        let draws = Double(JacobiWindows.sequences)
        #expect(counts[2] == 0)
        #expect(abs(Double(counts[0]) - draws / 2) < 5 * (draws / 4).squareRoot(), "\(counts)")
        let dependent = try JacobiWindows(backend).counts(residualStream: 0)
        #expect(Double(dependent[1]) > 0.7 * draws, "\(dependent)")
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

/// Rounds as the documentation of `clusterAccept` composes them.
private struct ClusterRounds {
  let target, draft: DistributionRows
  let tree: TreeBuffers
  let batch: SequenceBatch
  private let residual: DistributionRows
  private let mass, picks, ends, accept: Tensor<UInt32>
  private let score: Tensor<Float>
  private let backend: any Backend

  init(
    _ backend: any Backend, target: DistributionRows, draft: DistributionRows, tree: TreeBuffers,
    batch: SequenceBatch
  ) throws {
    (self.backend, self.target, self.draft, self.tree, self.batch) = (backend, target, draft, tree, batch)
    let rows = batch.owners.count
    residual = try DistributionRows(
      backend: backend, rows: rows, vocabulary: target.vocabulary, label: "residual")
    mass = try backend.makeTensor(4 * rows, "mass")
    picks = try backend.makeTensor(2 * rows, "picks")
    ends = try backend.makeTensor(2 * rows, "ends")
    accept = try backend.makeTensor(rows, "accept")
    score = try backend.makeTensor(rows, "score")
  }

  func run(_ cluster: TokenCluster, residualStream: Int = 1) throws -> [RoundResult] {
    let rows = batch.owners.count
    try backend.run("cluster round") { list in
      list.combineDistributions(target, draft, .residual, out: residual, mass: mass, rows: rows)
      list.drawTarget(
        residual, depths: tree.depths, state: tree.state, out: picks, count: rows, batch: batch,
        stream: residualStream)
      list.drawTarget(target, depths: tree.depths, state: tree.state, out: ends, count: rows, batch: batch)
      list.clusterAccept(
        cluster, target: target, draft: draft, tree: tree, batch: batch, accept: accept, score: score)
      list.verifyAccepted(
        accept, score: score, picks: picks, endPicks: ends, tree: tree, sequences: batch.sequences)
    }
    return try results()
  }

  func results() throws -> [RoundResult] {
    try RoundResult.batch(
      backend.read(tree.result), maximumNodes: tree.maximumNodes, sequences: batch.sequences)
  }
}

/// Windows of one token each, all over the same rows: the draft gives token 2 half of its weight, the target none.
private struct JacobiWindows {
  static let sequences = 20_000
  private let backend: any Backend
  private let rounds: ClusterRounds

  init(_ backend: any Backend) throws {
    self.backend = backend
    let rows = 2 * Self.sequences
    func law(_ weights: [UInt32], _ label: String) throws -> DistributionRows {
      let all = (0..<rows).flatMap { _ in weights }
      let totals = (0..<rows).flatMap { _ in [weights.reduce(0, +), STATUS_OK] }
      return DistributionRows(
        weights: try backend.makeTensor(all, label), totals: try backend.makeTensor(totals, label),
        vocabulary: weights.count)
    }
    let tree = try TreeBuffers(backend: backend, maximumNodes: 2, sequences: Self.sequences)
    let states = (0..<Self.sequences).map {
      SequenceState(length: 100, seed: UInt64($0), nodes: 2, firstNode: 2 * $0)
    }
    try backend.write(states.flatMap(\.words), to: tree.state)
    try backend.write((0..<rows).map { $0 % 2 == 0 ? NO_NODE : 0 }, to: tree.parents)
    try backend.write((0..<rows).map { UInt32($0 % 2) }, to: tree.depths)
    let owners = try backend.makeTensor((0..<rows).map { UInt32($0 / 2) }, "owners")
    rounds = try ClusterRounds(
      backend, target: try law([1 << 29, 1 << 29, 0], "target"),
      draft: try law([1 << 28, 1 << 28, (1 << 29) - 1], "draft"), tree: tree,
      batch: SequenceBatch(sequences: Self.sequences, owners: owners))
  }

  /// How often each token comes first.
  func counts(residualStream: Int) throws -> [Int] {
    let (tree, rows) = (rounds.tree, 2 * Self.sequences)
    let drawn: Tensor<UInt32> = try backend.makeTensor(2 * rows, "drawn")
    try backend.run("window") {
      $0.drawTarget(
        rounds.draft, depths: tree.depths, state: tree.state, out: drawn, count: rows, batch: rounds.batch)
    }
    // What the row of a root gives is its child's token.
    let tokens = try backend.read(drawn)
    try backend.write((0..<rows).map { $0 % 2 == 0 ? 0 : tokens[2 * ($0 - 1)] }, to: tree.tokens)
    return try rounds.run(TokenCluster(ranks: 0), residualStream: residualStream)
      .reduce(into: [0, 0, 0]) { $0[Int($1.tokens[0])] += 1 }
  }
}

/// Chains drawn from draft rows near the target's, one a sequence.
private struct Chains {
  static let (sequences, nodes, vocabulary) = (256, 6, 24)
  private static let rows = sequences * nodes

  private let backend: any Backend
  private let weights, draftWeights: [UInt32]
  private let clusterRounds: ClusterRounds
  private let scratch: Tensor<UInt32>

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
    let tree = try TreeBuffers(backend: backend, maximumNodes: Self.nodes, sequences: Self.sequences)
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
    clusterRounds = try ClusterRounds(
      backend, target: try rows(weights, "target"), draft: try rows(draftWeights, "draft"), tree: tree,
      batch: SequenceBatch(sequences: Self.sequences, owners: try backend.makeTensor(owners, "owners")))
    scratch = try backend.makeTensor(Self.sequences * Self.vocabulary, "scratch")
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

  func rounds(_ cluster: TokenCluster) throws -> [RoundResult] { try clusterRounds.run(cluster) }

  func rejectionRounds() throws -> [RoundResult] {
    try backend.run("rejection round") {
      $0.verifySiblings(
        target: clusterRounds.target, draft: clusterRounds.draft, tree: clusterRounds.tree, scratch: scratch,
        rule: .withReplacement, sequences: Self.sequences)
    }
    return try clusterRounds.results()
  }
}
