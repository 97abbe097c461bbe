import Conformance
import Kernels

extension KernelBenchmark {
  static let vocabularyKernels: [KernelBenchmark] =
    vocabularyKernels(rows: 32, vocabulary: 256) + vocabularyKernels(rows: 16, vocabulary: 32_000)
    + [1, 32, 256].map { topTokens(rows: 4, vocabulary: 262_144, count: $0) }
    + [
      topTokens(rows: 64, vocabulary: 128, count: 8, hasValues: true),
      topTokens(rows: 4, vocabulary: 262_144, count: 32, hasValues: true), experts(rows: 64, count: 8),
      KernelBenchmark(.warpRows, "256 rows", variant: "both", bytes: 28 * 256, operations: 16 * 256) {
        .warpRows(Warp(topK: 50), rows: 256, hasTemperatures: true, hasTopP: true, random: &$0)
      },
    ]

  private static func experts(rows: Int, count: Int) -> KernelBenchmark {
    KernelBenchmark(
      .softmax, "\(rows) x \(count)", bytes: 8 * rows * count, operations: 34 * rows * count
    ) {
      .softmax(rows: rows, columns: count, random: &$0)
    }
  }

  private static func topTokens(
    rows: Int, vocabulary: Int, count: Int, hasValues: Bool = false
  ) -> KernelBenchmark {
    KernelBenchmark(
      .topTokens, "\(rows) x \(vocabulary), \(count) best", variant: hasValues ? "values" : "plain",
      bytes: 4 * rows * vocabulary, operations: 0
    ) {
      .topTokens(rows: rows, vocabulary: vocabulary, count: count, hasValues: hasValues, random: &$0)
    }
  }

  private static func vocabularyKernels(rows: Int, vocabulary: Int) -> [KernelBenchmark] {
    let elements = rows * vocabulary
    let shape = "\(rows) x \(vocabulary)"
    return [
      KernelBenchmark(.argmax, shape, bytes: 4 * elements, operations: 0) {
        .argmax(rows: rows, vocabulary: vocabulary, random: &$0)
      },
      KernelBenchmark(.topTokens, "\(shape), 4 best", variant: "plain", bytes: 4 * elements, operations: 0) {
        .topTokens(rows: rows, vocabulary: vocabulary, count: 4, random: &$0)
      },
      // exp: 14 operations, its argument and the scale: 3.
      KernelBenchmark(.distribution, shape, variant: "plain", bytes: 8 * elements, operations: 17 * elements)
      {
        .distribution(rows: rows, vocabulary: vocabulary, warp: Warp(temperature: 0.8), random: &$0)
      },
      KernelBenchmark(
        .distribution, "\(shape), top-k 50, top-p 0.9", variant: "both", bytes: 8 * elements,
        operations: 17 * elements
      ) {
        .distribution(
          rows: rows, vocabulary: vocabulary, warp: Warp(temperature: 0.8, topK: 50, topP: 0.9), random: &$0)
      },
      // Two passes of exp with a sum each, one of them weighted.
      KernelBenchmark(.rowStatistics, shape, bytes: 4 * elements, operations: 34 * elements) {
        .rowStatistics(rows: rows, vocabulary: vocabulary, random: &$0)
      },
      KernelBenchmark(.softmax, shape, bytes: 8 * elements, operations: 34 * elements) {
        .softmax(rows: rows, columns: vocabulary, temperature: 0.8, random: &$0)
      },
      KernelBenchmark(.tokenLogProbability, shape, bytes: 4 * elements, operations: 16 * elements) {
        .tokenLogProbability(rows: rows, vocabulary: vocabulary, count: 1, random: &$0)
      },
      KernelBenchmark(.divergence, shape, variant: "apart", bytes: 8 * elements, operations: 51 * elements) {
        .divergence(rows: rows, vocabulary: vocabulary, areNear: false, random: &$0)
      },
      KernelBenchmark(.penalties, shape, variant: "both", bytes: 8 * elements, operations: elements) {
        .penalties(rows: rows, vocabulary: vocabulary, hasBias: true, hasMask: true, random: &$0)
      },
      KernelBenchmark(
        .penalties, "\(shape), settings of rows", variant: "rowSettings", bytes: 8 * elements, operations: 0
      ) {
        .penalties(
          rows: rows, vocabulary: vocabulary, hasBias: false, hasMask: false, hasSettings: true, random: &$0)
      },
      KernelBenchmark(
        .mixLogits, shape, variant: "contrastive", bytes: 12 * elements, operations: 3 * elements
      ) {
        .mixLogits(
          rows: rows, vocabulary: vocabulary, mixture: .contrastive(beta: 0.5, alpha: 0.1), inPlace: false,
          random: &$0)
      },
      // An exponential of each logit for the sums, and another for the probabilities.
      KernelBenchmark(
        .mixLogits, shape, variant: "transfer", bytes: 12 * elements, operations: 80 * elements
      ) {
        .mixLogits(
          rows: rows, vocabulary: vocabulary, mixture: .transfer(strength: 10), inPlace: false, random: &$0)
      },
      KernelBenchmark(.drawTarget, shape, variant: "plain", bytes: 4 * elements, operations: 0) {
        .drawTarget(rows: rows, vocabulary: vocabulary, random: &$0)
      },
      KernelBenchmark(.drawLogits, shape, variant: "plain", bytes: 4 * elements, operations: 17 * elements) {
        .drawLogits(
          rows: rows, vocabulary: vocabulary, warp: Warp(temperature: 0.8), isBatch: false, random: &$0)
      },
      // Two logarithms of noise, one of the weight.
      KernelBenchmark(
        .drawGumbel, "\(shape), 4 tokens", variant: "plain", bytes: 4 * elements, operations: 70 * elements
      ) {
        .drawGumbel(rows: rows, vocabulary: vocabulary, count: 4, isBatch: false, random: &$0)
      },
      KernelBenchmark(.drawShared, shape, variant: "plain", bytes: 8 * elements, operations: 52 * elements) {
        .drawShared(
          rows: rows, vocabulary: vocabulary, temperature: 0.8, ratio: 0.5, isBatch: false, random: &$0)
      },
      KernelBenchmark(
        .combineDistributions, shape, variant: "mixture", bytes: 12 * elements, operations: 0
      ) {
        .combineDistributions(rows: rows, vocabulary: vocabulary, .mixture(share: 0.3), random: &$0)
      },
      KernelBenchmark(
        .combineDistributions, shape, variant: "minimum", bytes: 12 * elements, operations: 0
      ) {
        .combineDistributions(rows: rows, vocabulary: vocabulary, .minimum, random: &$0)
      },
      KernelBenchmark(
        .suppressTokens, "\(shape), 100 tokens", variant: "oneList", bytes: 400 * rows, operations: 0
      ) {
        .suppressTokens(rows: rows, vocabulary: vocabulary, count: 100, rowLists: false, random: &$0)
      },
      KernelBenchmark(.groupSums, "\(shape), 16 groups", bytes: 8 * elements, operations: 0) {
        .groupSums(rows: rows, vocabulary: vocabulary, groups: 16, random: &$0)
      },
    ]
  }
}
