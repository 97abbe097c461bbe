import Kernels
import ShaderInterface
import Testing

@testable import Conformance

extension KernelsTests {
  @Suite(.needsDevice) struct VerifyLossyTests {
    private static let tests: [(String, LossyTest)] = [
      ("typical", .typical()), ("topBeta", .topBeta(4, gap: 2)), ("distance", .distance(9)),
      ("divergence", .divergence(atMost: 1.5)), ("all", .all),
    ]

    @Test(arguments: tests, [false, true])
    func `One launch decides as lossyAccept and verifyAccepted do`(
      test: (name: String, rule: LossyTest), combines: Bool
    ) throws {
      try withDevice { backend in
        var lengths: Set<Int> = []
        for index in 0..<40 {
          var random = CaseRandom(seed: 1, family: "lossy rounds of \(test.name)", index: index)
          let rounds = try LossyRounds(backend, test.rule, combines: combines, random: &random)
          let (one, two) = (try rounds.inOneLaunch(), try rounds.inTwoLaunches())
          #expect(firstDifference(one.result, two.result) == nil, "case \(index)")
          for node in one.score.indices where one.score[node] != poison {
            #expect(one.score[node] == two.score[node] && one.accept[node] == two.accept[node])
          }
          lengths.insert(Int(one.result[Int(RESULT_ACCEPTED)]))
        }
        #expect(lengths.count > 1, "\(lengths)")
      }
    }

    /// Loops are longest in a chain, all of it accepted, with many tokens to compare with.
    @Test(arguments: [1, 200])
    func `A chain of as many nodes as a tree has`(count: Int) throws {
      try withDevice { backend in
        let (nodes, vocabulary) = (1024, 3)
        let found = try [backend as any Backend, ReferenceBackend()].map { backend in
          let tree = try TreeBuffers(backend: backend, maximumNodes: nodes)
          try backend.write((0..<UInt32(nodes)).map { $0 == 0 ? NO_NODE : $0 - 1 }, to: tree.parents)
          try backend.write([UInt32](repeating: 1, count: nodes), to: tree.tokens)
          try backend.write(SequenceState(length: 5, nodes: nodes).words, to: tree.state)
          let logits: Tensor<Float> = try backend.makeTensor(nodes * vocabulary, "logits")
          let statistics: Tensor<Float> = try backend.makeTensor(nodes * 4, "statistics")
          let status: Tensor<UInt32> = try backend.makeTensor(nodes, "status")
          let accept: Tensor<UInt32> = try backend.makeTensor(nodes, "accept")
          let score: Tensor<Float> = try backend.makeTensor(nodes, "score")
          let picks: Tensor<UInt32> = try backend.makeTensor(2 * nodes, "picks")
          let best = try backend.makeTensor(
            (0..<nodes).flatMap { _ in [UInt32](repeating: 2, count: count - 1) + [1] }, "best")
          try backend.run("round") {
            $0.rowStatistics(logits, out: statistics, status: status, rows: nodes, vocabulary: vocabulary)
            $0.verifyLossy(
              .topBeta(count), logits: logits, statistics: statistics, best: best, picks: picks, tree: tree,
              accept: accept, score: score, vocabulary: vocabulary)
          }
          return try backend.read(tree.result)
        }
        #expect(found[0][Int(RESULT_ACCEPTED)] == 1023)
        #expect(firstDifference(found[0], found[1]) == nil)
      }
    }
  }
}

/// One lossy round, which can end in two ways.
private struct LossyRounds {
  private let backend: any Backend
  private let test: LossyTest
  private let combines: Bool
  private let made: LossyCase
  private let picks, owners: [UInt32]
  private static let (maximumNodes, vocabulary) = (12, 9)

  init(_ backend: any Backend, _ test: LossyTest, combines: Bool, random: inout CaseRandom) throws {
    (self.backend, self.test, self.combines) = (backend, test, combines)
    made = LossyCase(
      test, maximumNodes: Self.maximumNodes, vocabulary: Self.vocabulary, random: &random)
    picks = (0..<2 * made.forest.capacity).map { $0 % 2 == 0 ? UInt32(random.below(9)) : 0 }
    owners = made.forest.owners(random: &random)
  }

  private func operands() throws -> BoundOperands {
    var tensors: [String: Tensor<UInt32>] = [:]
    for operand in made.operands {
      tensors[operand.name] = try backend.makeTensor(operand.words, operand.name)
    }
    tensors["picks"] = try backend.makeTensor(picks, "picks")
    tensors["owners"] = try backend.makeTensor(owners, "owners")
    tensors["result"] = try backend.makeTensor(
      made.forest.sequences * TreeBuffers.resultWords(maximumNodes: Self.maximumNodes), "result")
    return BoundOperands(tensors: tensors)
  }

  typealias Outcome = (result: [UInt32], accept: [UInt32], score: [UInt32])

  private func outcome(_ body: (any CommandList, BoundOperands) -> Void) throws -> Outcome {
    let o = try operands()
    try backend.run("round") { body($0, o) }
    return (
      try backend.read(o.words("result")), try backend.read(o.words("accept")),
      try backend.read(o.words("score"))
    )
  }

  func inOneLaunch() throws -> Outcome {
    try outcome { list, o in
      list.verifyLossy(
        test, logits: o.floats("logits"), temperature: made.temperatures.temperature,
        warps: made.temperatures.warps(o), statistics: o.floats("statistics"), best: o.words("best"),
        divergence: o.floats("divergence"), picks: o.words("picks"),
        tree: o.tree(maximumNodes: Self.maximumNodes), accept: o.words("accept"), score: o.floats("score"),
        vocabulary: Self.vocabulary, combines: combines, sequences: made.forest.sequences)
    }
  }

  func inTwoLaunches() throws -> Outcome {
    try outcome { list, o in
      let tree = o.tree(maximumNodes: Self.maximumNodes)
      list.lossyAccept(
        test, logits: o.floats("logits"), temperature: made.temperatures.temperature,
        warps: made.temperatures.warps(o), statistics: o.floats("statistics"), best: o.words("best"),
        divergence: o.floats("divergence"), tree: tree, batch: o.batch(made.forest.sequences),
        accept: o.words("accept"), score: o.floats("score"), vocabulary: Self.vocabulary,
        combines: combines)
      list.verifyAccepted(
        o.words("accept"), score: o.floats("score"), picks: o.words("picks"), tree: tree,
        sequences: made.forest.sequences)
    }
  }
}
