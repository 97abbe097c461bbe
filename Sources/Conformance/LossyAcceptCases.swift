import Kernels
import Reference
import ShaderInterface

extension KernelCase {
  /// A lossy test over random rows with their own statistics, best tokens and some divergences.
  public static func lossyAccept(
    _ test: LossyTest, maximumNodes: Int, vocabulary: Int, combines: Bool, random: inout CaseRandom
  ) -> KernelCase {
    let forest = random.forest(maximumNodes: maximumNodes) { random, _ in
      random.tree(maximumNodes: maximumNodes) { random, _, _ in UInt32(random.below(vocabulary)) }
    }
    let (capacity, sequences) = (forest.capacity, forest.sequences)
    let owners = forest.owners(random: &random)
    let logits = random.logits(rows: capacity, columns: vocabulary)
    var statistics = [Float](repeating: 0, count: 4 * capacity)
    var statuses = [UInt32](repeating: 0, count: capacity)
    var best = random.words(max(1, capacity * test.count))
    logits.withUnsafeBufferPointer { logits in
      statistics.withUnsafeMutableBufferPointer { out in
        statuses.withUnsafeMutableBufferPointer { status in
          Reference.rowStatistics(
            RowStatistics(rows: U32(capacity), vocabulary: U32(vocabulary)), logits: logits, out: out,
            status: status)
        }
      }
    }
    for row in 0..<capacity {
      for rank in 0..<test.count {
        best[row * test.count + rank] = UInt32(random.below(vocabulary))
        if random.oneIn(9) { best[row * test.count + rank] = NO_TOKEN }
      }
    }
    let divergence = (0..<capacity).map { _ in
      random.oneIn(9) ? random.element([Float.nan, .infinity, 0]) : random.unit() * 2
    }
    let operands = forest.operands(random: &random).filter { $0.name != "depths" && $0.name != "result" }
    return KernelCase(
      "sequences \(sequences), nodes \(forest.counts) of \(maximumNodes), vocabulary \(vocabulary)",
      [
        .floats("logits", [capacity, vocabulary], logits), .floats("statistics", [capacity, 4], statistics),
        .words("best", best, role: test.count > 0 ? .input : .unused),
        .floats("divergence", [capacity], divergence), .words("owners", owners),
        .words("accept", random.words(capacity, below: 2), role: .inputOutput),
        .output("score", .float, [capacity]),
      ] + operands
    ) { list, o in
      list.lossyAccept(
        test, logits: o.floats("logits"), statistics: o.floats("statistics"), best: o.words("best"),
        divergence: o.floats("divergence"), tree: o.tree(maximumNodes: maximumNodes),
        batch: o.batch(sequences), accept: o.words("accept"), score: o.floats("score"),
        vocabulary: vocabulary, combines: combines)
    }
  }
}

let lossyAcceptFamilies: [CaseFamily] = [
  family("typical") { _ in .typical() },
  family("topBeta") { random in .topBeta(random.length(9), gap: random.unit() * 4) },
  family("distance") { random in .distance(random.below(30)) },
  family("divergence") { random in .divergence(atMost: random.unit() * 2) },
  family("confidence") { random in
    .confidence(
      probability: Double(random.unit()) / 4, maximumEntropy: random.unit() * 6,
      minimumGap: random.unit() / 2)
  },
]

private func family(_ name: String, _ test: @escaping @Sendable (inout CaseRandom) -> LossyTest) -> CaseFamily
{
  CaseFamily(.lossyAccept, name) { random in
    let vocabulary = random.vocabulary()
    return .lossyAccept(
      test(&random), maximumNodes: random.length(max(3, min(70, 8_000 / vocabulary))), vocabulary: vocabulary,
      combines: random.oneIn(3), random: &random)
  }
}
