import Conformance
import Kernels

extension KernelBenchmark {
  static let treeKernels: [KernelBenchmark] =
    [
      KernelBenchmark(.verifyMatch, "34 nodes", variant: "plain", bytes: 4 * 34 * 4, operations: 0) {
        .verifyMatch(maximumNodes: 34, random: &$0)
      },
      KernelBenchmark(
        .verifySiblings, "34 nodes, vocabulary 256", variant: "distinct", bytes: 4 * 256, operations: 0
      ) {
        .verifySiblings(.withoutReplacement, maximumNodes: 34, vocabulary: 256, random: &$0)
      },
      KernelBenchmark(
        .verifyTraversal, "34 nodes, vocabulary 256", variant: "distinct", bytes: 4 * 256, operations: 0
      ) {
        .verifyTraversal(.withoutReplacement, maximumNodes: 34, vocabulary: 256, random: &$0)
      },
      KernelBenchmark(.lossyAccept, "34 nodes, vocabulary 256", bytes: 34 * 4 * 10, operations: 34 * 8) {
        .lossyAccept(.typical(), maximumNodes: 34, vocabulary: 256, combines: false, random: &$0)
      },
      KernelBenchmark(
        .clusterAccept, "16 nodes, vocabulary 16384, 7 ranks", variant: "plain", bytes: 4 * 16 * 16_384,
        operations: 0
      ) {
        .clusterAccept(
          ranks: 7, tolerance: 0.15, columns: 0, maximumNodes: 16, vocabulary: 16_384, random: &$0)
      },
      KernelBenchmark(.verifyAccepted, "34 nodes", bytes: 34 * 4 * 6, operations: 0) {
        .verifyAccepted(maximumNodes: 34, random: &$0)
      },
      KernelBenchmark(
        .verifyLossy, "34 nodes, vocabulary 256", variant: "typical", bytes: 34 * 4 * 12, operations: 34 * 8
      ) {
        .verifyLossy(.typical(), maximumNodes: 34, vocabulary: 256, combines: false, random: &$0)
      },
      KernelBenchmark(.treeLayout, "64 nodes", bytes: 4 * 64 * (1 + 1 + 2 + 2), operations: 0) {
        .treeLayout(sequences: 1, maximumNodes: 64, random: &$0)
      },
      // EAGLE-2 as published: 10 rows of 10 candidates a depth, 8 depths, the best 59.
      KernelBenchmark(
        .growTree, "10 rows of 10 candidates", variant: "dense", bytes: 4 * 4 * 100, operations: 100
      ) {
        .growTree(sequences: 1, firstRow: 11, rows: 10, width: 10, count: 10, random: &$0)
      },
      KernelBenchmark(
        .conditionKeys, "10 rows of 10 candidates", bytes: 4 * 7 * 100, operations: 120 * 100
      ) {
        .conditionKeys(sequences: 1, firstRow: 11, rows: 10, count: 10, vocabulary: 32_000, random: &$0)
      },
      KernelBenchmark(.selectTree, "60 nodes of 710 candidates", bytes: 4 * 710 + 12 * 60, operations: 0) {
        .selectTree(sequences: 1, rows: 71, count: 10, nodes: 60, random: &$0)
      },
      KernelBenchmark(.mergePaths, "8 paths of 8 tokens", variant: "merging", bytes: 8 * 64, operations: 0) {
        .mergePaths(sequences: 1, paths: 8, length: 8, maximumNodes: 65, merging: true, random: &$0)
      },
      KernelBenchmark(.promptLookup, "history of 8192, n-grams of 1 to 3", bytes: 4 * 8192, operations: 0) {
        .promptLookup(length: 8192, minimum: 1, maximum: 3, count: 8, random: &$0)
      },
      KernelBenchmark(.gatherTokens, "32 sequences, 8 tokens", bytes: 8 * 256, operations: 0) {
        .gatherTokens(sequences: 32, first: 1, count: 8, candidates: 8, random: &$0)
      },
      KernelBenchmark(
        .drawChildren, "16 parents, vocabulary 32000, 4 children", variant: "distinct",
        bytes: 4 * 16 * 32_000, operations: 0
      ) {
        .drawChildren(
          parents: 16, vocabulary: 32_000, children: 4, replacement: false, firstParent: 0, firstChild: 16,
          random: &$0)
      },
      KernelBenchmark(
        .drawChildren, "16 parents, vocabulary 32000, 1 to 9 children", variant: "tree",
        bytes: 4 * 16 * 32_000, operations: 0
      ) {
        .drawChildren(
          counts: [9, 8, 7, 6, 6, 5, 4, 4, 3, 3, 2, 2, 2, 1, 1, 1], vocabulary: 32_000, replacement: false,
          random: &$0)
      },
      KernelBenchmark(.commitRound, "64 nodes", bytes: 4 * 64, operations: 0) {
        .commitRound(maximumNodes: 64, capacity: 1024, random: &$0)
      },
      KernelBenchmark(.advanceState, "1 sequence", bytes: 8, operations: 0) {
        .advanceState(rows: 16, random: &$0)
      },
    ] + [RejectionExtreme.allRejected, .allAccepted].flatMap { verification($0, vocabulary: 32_000) }
    + [verification(.allRejected, vocabulary: 151_936)[0]] + [32_000, 151_936].map(selection)

  /// Each selected token's rows are read twice, the draft's besides written.
  private static func selection(vocabulary: Int) -> KernelBenchmark {
    KernelBenchmark(
      .selectPath, "3 paths of 5 tokens, vocabulary \(vocabulary)", variant: "merged",
      bytes: 12 * 5 * vocabulary, operations: 0
    ) { .selectPath(paths: 3, length: 5, vocabulary: vocabulary, random: &$0) }
  }

  /// Both walks through 64 nodes, without replacement; once a row is read, the bytes are those of the target's rows that count.
  private static func verification(_ extreme: RejectionExtreme, vocabulary: Int) -> [KernelBenchmark] {
    let shape = "64 nodes, vocabulary \(vocabulary), \(extreme.rawValue)"
    return [
      KernelBenchmark(
        .verifySiblings, shape, variant: "withoutReplacement", bytes: 8 * vocabulary, operations: 0
      ) { _ in .verifySiblings(.withoutReplacement, extreme, nodes: 64, vocabulary: vocabulary) },
      KernelBenchmark(
        .verifyTraversal, shape, variant: "withoutReplacement", bytes: 8 * vocabulary, operations: 0
      ) { _ in .verifyTraversal(.withoutReplacement, extreme, nodes: 64, vocabulary: vocabulary) },
    ]
  }
}
