import Kernels
import ShaderInterface

extension KernelCase {
  /// Clusters on rows that draft and target mostly share; with columns, some embeddings are alike.
  public static func clusterAccept(
    ranks: Int, tolerance: Double, columns: Int, maximumNodes: Int, vocabulary: Int, random: inout CaseRandom
  ) -> KernelCase {
    let drawn = RejectionCase(
      .withReplacement, maximumNodes: maximumNodes, vocabulary: vocabulary, random: &random)
    let (sequences, capacity) = (drawn.forest.sequences, drawn.forest.capacity)
    let stream = random.ruleStream()
    let bound = random.element([0.5, 0, .infinity, random.unit() * Float(columns)])
    var embeddings: [Float] = []
    if columns > 0 {
      embeddings = random.floats(vocabulary * columns, exponents: -70...20)
      random.addSpecials(&embeddings)
    }
    let table: [CaseOperand] = columns > 0 ? [.floats("table", [vocabulary, columns], embeddings)] : []
    return KernelCase(
      "\(drawn.shape), ranks \(ranks), columns \(columns), tolerance \(tolerance), below \(bound)",
      drawn.operands.filter { $0.name != "result" } + table + [
        .words("owners", drawn.forest.owners(random: &random)), .output("accept", .word, [capacity]),
        .output("score", .float, [capacity]),
      ]
    ) { list, o in
      list.clusterAccept(
        TokenCluster(
          ranks: ranks, tolerance: tolerance, table: columns > 0 ? o.floats("table") : nil, columns: columns,
          squaredDistance: bound),
        target: o.rows("weights", "totals", vocabulary: vocabulary),
        draft: o.rows("draftWeights", "draftTotals", vocabulary: vocabulary),
        tree: o.tree(maximumNodes: maximumNodes), batch: o.batch(sequences), accept: o.words("accept"),
        score: o.floats("score"), stream: stream)
    }
  }
}

let clusterAcceptFamilies = [false, true].map { hasTable in
  CaseFamily(.clusterAccept, hasTable ? "table" : "plain") { random in
    let size = random.rejectionSize()
    return .clusterAccept(
      ranks: random.element([0, 1, 7, random.integer(0...32)]),
      tolerance: random.element([0, 1, 0.15, Double(random.unit()), Double(random.unit()) * 1e-6]),
      columns: hasTable ? random.length(max(1, min(300, 100_000 / size.vocabulary))) : 0,
      maximumNodes: size.maximumNodes, vocabulary: size.vocabulary, random: &random)
  }
}
