import Kernels
import Reference
import ShaderInterface

/// A lossy test over random rows with their own statistics, best tokens and some divergences.
struct LossyCase {
  let forest: RandomForest
  let temperatures: RowTemperatures
  /// Without a result.
  let operands: [CaseOperand]

  init(_ test: LossyTest, maximumNodes: Int, vocabulary: Int, random: inout CaseRandom) {
    forest = random.forest(maximumNodes: maximumNodes) { random, _ in
      random.tree(maximumNodes: maximumNodes) { random, _, _ in UInt32(random.below(vocabulary)) }
    }
    let capacity = forest.capacity
    temperatures = random.isTypical ? .one : RowTemperatures(rows: capacity, random: &random)
    let logits = random.logits(rows: capacity, columns: vocabulary)
    let statistics = Self.statistics(logits, vocabulary: vocabulary, temperatures)
    var best = random.words(max(1, capacity * test.count))
    for i in best.indices { best[i] = random.oneIn(9) ? NO_TOKEN : UInt32(random.below(vocabulary)) }
    let divergence = (0..<capacity).map { _ in
      random.oneIn(9) ? random.element([Float.nan, .infinity, 0]) : random.unit() * 2
    }
    operands =
      [
        .floats("logits", [capacity, vocabulary], logits), .floats("statistics", [capacity, 4], statistics),
        .words("best", best, role: test.count > 0 ? .input : .unused),
        .floats("divergence", [capacity], divergence),
        .words("accept", random.words(capacity, below: 2), role: .inputOutput),
        .output("score", .float, [capacity]),
      ] + forest.operands(random: &random).filter { $0.name != "depths" && $0.name != "result" }
      + temperatures.operands
  }

  func shape(vocabulary: Int) -> String {
    """
    sequences \(forest.sequences), nodes \(forest.counts) of \(forest.maximumNodes), vocabulary \(vocabulary), \
    \(temperatures.shape)
    """
  }

  private static func statistics(
    _ logits: [Float], vocabulary: Int, _ temperatures: RowTemperatures
  ) -> [Float] {
    let rows = logits.count / vocabulary
    let p = RowStatistics(
      rows: U32(rows), vocabulary: U32(vocabulary),
      inverseTemperature: Float(1 / temperatures.temperature), rowWarps: temperatures.isOwn ? 1 : 0)
    var statistics = [Float](repeating: 0, count: 4 * rows)
    var statuses = [UInt32](repeating: 0, count: rows)
    logits.withUnsafeBufferPointer { logits in
      statistics.withUnsafeMutableBufferPointer { out in
        statuses.withUnsafeMutableBufferPointer { status in
          temperatures.words.withUnsafeBufferPointer { warps in
            Reference.rowStatistics(p, logits: logits, out: out, status: status, warps: warps)
          }
        }
      }
    }
    return statistics
  }
}

extension KernelCase {
  /// A round that a lossy test ends, some of it after another test.
  public static func verifyLossy(
    _ test: LossyTest, maximumNodes: Int, vocabulary: Int, combines: Bool, random: inout CaseRandom
  ) -> KernelCase {
    let made = LossyCase(test, maximumNodes: maximumNodes, vocabulary: vocabulary, random: &random)
    let (temperatures, sequences, capacity) = (
      made.temperatures, made.forest.sequences, made.forest.capacity
    )
    var picks = random.words(2 * capacity, below: vocabulary)
    for node in 0..<capacity { picks[2 * node + 1] = random.oneIn(20) ? STATUS_NOT_FINITE : STATUS_OK }
    let words = TreeBuffers.resultWords(maximumNodes: maximumNodes)
    return KernelCase(
      made.shape(vocabulary: vocabulary),
      made.operands + [
        .words("picks", picks, [capacity, 2]), .output("result", .word, [sequences, words]),
      ]
    ) { list, o in
      list.verifyLossy(
        test, logits: o.floats("logits"), temperature: temperatures.temperature,
        warps: temperatures.warps(o), statistics: o.floats("statistics"), best: o.words("best"),
        divergence: o.floats("divergence"), picks: o.words("picks"),
        tree: o.tree(maximumNodes: maximumNodes), accept: o.words("accept"), score: o.floats("score"),
        vocabulary: vocabulary, combines: combines, sequences: sequences)
    }
  }

  /// A lossy test, some of it after another one.
  public static func lossyAccept(
    _ test: LossyTest, maximumNodes: Int, vocabulary: Int, combines: Bool, random: inout CaseRandom
  ) -> KernelCase {
    let made = LossyCase(test, maximumNodes: maximumNodes, vocabulary: vocabulary, random: &random)
    let (temperatures, sequences) = (made.temperatures, made.forest.sequences)
    return KernelCase(
      made.shape(vocabulary: vocabulary),
      made.operands + [.words("owners", made.forest.owners(random: &random))]
    ) { list, o in
      list.lossyAccept(
        test, logits: o.floats("logits"), temperature: temperatures.temperature,
        warps: temperatures.warps(o), statistics: o.floats("statistics"), best: o.words("best"),
        divergence: o.floats("divergence"), tree: o.tree(maximumNodes: maximumNodes),
        batch: o.batch(sequences), accept: o.words("accept"), score: o.floats("score"),
        vocabulary: vocabulary, combines: combines)
    }
  }
}

private typealias NamedTest = (name: String, test: @Sendable (inout CaseRandom) -> LossyTest)

private let lossyTests: [NamedTest] = [
  ("typical", { _ in .typical() }),
  ("topBeta", { random in .topBeta(random.length(9), gap: random.unit() * 4) }),
  ("distance", { random in .distance(random.below(30)) }),
  ("divergence", { random in .divergence(atMost: random.unit() * 2) }),
  (
    "confidence",
    { random in
      .confidence(
        probability: Double(random.unit()) / 4, maximumEntropy: random.unit() * 6,
        minimumGap: random.unit() / 2)
    }
  ),
]

extension CaseRandom {
  /// Of a tree with rows of a vocabulary.
  fileprivate mutating func nodes(of vocabulary: Int) -> Int { length(max(3, min(70, 8_000 / vocabulary))) }
}

let lossyAcceptFamilies = lossyTests.map { name, test in
  CaseFamily(.lossyAccept, name) { random in
    let vocabulary = random.vocabulary()
    return .lossyAccept(
      test(&random), maximumNodes: random.nodes(of: vocabulary), vocabulary: vocabulary,
      combines: random.oneIn(3), random: &random)
  }
}

/// Paths that become long.
private let allPass: NamedTest = ("all", { _ in .all })

let verifyLossyFamilies = (lossyTests + [allPass]).map { name, test in
  CaseFamily(.verifyLossy, name) { random in
    let isLong = name == "all" && random.oneIn(8)
    let vocabulary = isLong ? random.integer(2...8) : random.vocabulary()
    return .verifyLossy(
      test(&random), maximumNodes: isLong ? random.length(1024) : random.nodes(of: vocabulary),
      vocabulary: vocabulary, combines: random.oneIn(3), random: &random)
  }
}
