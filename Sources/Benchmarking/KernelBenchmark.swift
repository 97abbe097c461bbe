import Conformance
import Kernels

/// One kernel at one shape, with the work that the shape alone asks for.
public struct KernelBenchmark: Sendable {
  public let kernel: Kernel
  /// The kernel's variant, empty if it has one.
  public let variant: String
  public let shape: String
  /// Bytes that have to be read or written at least once.
  public let bytes: Int
  /// fp32 multiplications and additions.
  public let operations: Int
  /// Where it stands in a sweep, if it belongs to one.
  public internal(set) var sweep: Sweep?
  let make: @Sendable (inout CaseRandom) -> KernelCase

  /// "matmulF16/tile8 8 x 4096 -> 4096".
  public var name: String { "\(kernel)\(variant.isEmpty ? "" : "/" + variant) \(shape)" }

  init(
    _ kernel: Kernel, _ shape: String, variant: String = "", bytes: Int, operations: Int,
    make: @escaping @Sendable (inout CaseRandom) -> KernelCase
  ) {
    self.kernel = kernel
    self.variant = variant
    self.shape = shape
    self.bytes = bytes
    self.operations = operations
    self.make = make
  }

  /// The case to verify and to time; its data depends on the shape alone.
  func makeCase() -> KernelCase {
    var random = CaseRandom(seed: 1, family: "bench \(kernel) \(variant) \(shape)", index: 0)
    return make(&random)
  }

  /// Every kernel that takes time in a decoding round, at shapes of the embedded model and of larger ones.
  public static let all: [KernelBenchmark] =
    matmuls + attentions + rowKernels + vocabularyKernels + treeKernels + scanKernels + pageKernels

  private static let matmuls: [KernelBenchmark] =
    [1, 4, 16, 64].map { matmul(.f16, rows: $0, inputs: 384, outputs: 1920) }
    + [1, 8, 16].map { matmul(.f16, rows: $0, inputs: 2048, outputs: 2048) }
    + [1, 16].map { matmul(.f32, rows: $0, inputs: 384, outputs: 1920) }
    + [.bf16, .q8, .q4, .int8].flatMap { format in
      [1, 16].map { matmul(format, rows: $0, inputs: 2048, outputs: 2048) }
    }

  static func matmul(
    _ format: PackedWeights.Format, rows: Int, inputs: Int, outputs: Int
  ) -> KernelBenchmark {
    let weights = inputs * outputs * format.groupBytes / format.group
    let tile = matmulRowsPerGroup(rows: rows)
    return KernelBenchmark(
      format.kernel, "\(rows) x \(inputs) -> \(outputs)", variant: "tile\(tile)",
      bytes: weights + 4 * rows * (inputs + outputs), operations: 2 * rows * inputs * outputs
    ) { .matmul(MatmulShape(format, rows: rows, inputs: inputs, outputs: outputs), random: &$0) }
  }

  private static let rowKernels: [KernelBenchmark] = [
    KernelBenchmark(.rmsNorm, "64 x 384", bytes: 8 * 64 * 384 + 4 * 384, operations: 4 * 64 * 384) {
      .rmsNorm(rows: 64, columns: 384, significantBits: 13, random: &$0)
    },
    KernelBenchmark(.sortChoices, "4096 x 2 of 64", bytes: 8 * 8192, operations: 0) {
      .sortChoices(rows: 8192, matrices: 64, rowsPerGroup: 16, random: &$0)
    },
    KernelBenchmark(.quantizeRows, "64 x 4096", bytes: 5 * 64 * 4096, operations: 2 * 64 * 4096) {
      .quantizeRows(rows: 64, columns: 4096, random: &$0)
    },
    KernelBenchmark(.rmsNorm, "64 x 4096", bytes: 8 * 64 * 4096 + 4 * 4096, operations: 4 * 64 * 4096) {
      .rmsNorm(rows: 64, columns: 4096, significantBits: 13, random: &$0)
    },
    // exp and reciprocal: 18 operations, the products: 3.
    KernelBenchmark(.swiglu, "64 x 960", bytes: 12 * 64 * 960, operations: 21 * 64 * 960) {
      .swiglu(rows: 64, columns: 960, significantBits: 13, random: &$0)
    },
    KernelBenchmark(.residualAdd, "262144", bytes: 12 * 262_144, operations: 262_144) {
      .residualAdd(count: 262_144, significantBits: 24, inPlace: false, random: &$0)
    },
    KernelBenchmark(
      .rotary, "64 rows, 6/2 heads of 64", variant: "halves", bytes: 4 * 64 * (10 + 8) * 64,
      operations: 3 * 64 * 8 * 64
    ) {
      .rotary(
        rows: 64, firstRow: 0, heads: 6, keyHeads: 2, headSize: 64, positions: 2048, random: &$0)
    },
  ]

  private static let vocabularyKernels: [KernelBenchmark] =
    vocabularyKernels(rows: 32, vocabulary: 256) + vocabularyKernels(rows: 16, vocabulary: 32_000)
    + [1, 32, 256].map { topTokens(rows: 4, vocabulary: 262_144, count: $0) }

  private static func topTokens(rows: Int, vocabulary: Int, count: Int) -> KernelBenchmark {
    KernelBenchmark(
      .topTokens, "\(rows) x \(vocabulary), \(count) best", variant: "plain", bytes: 4 * rows * vocabulary,
      operations: 0
    ) {
      .topTokens(rows: rows, vocabulary: vocabulary, count: count, random: &$0)
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
        .mixLogits, shape, variant: "contrastive", bytes: 12 * elements, operations: 3 * elements
      ) {
        .mixLogits(
          rows: rows, vocabulary: vocabulary, mixture: .contrastive(beta: 0.5, alpha: 0.1), inPlace: false,
          random: &$0)
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
        .suppressTokens, "\(shape), 100 tokens", variant: "oneList", bytes: 400 * rows, operations: 0
      ) {
        .suppressTokens(rows: rows, vocabulary: vocabulary, count: 100, rowLists: false, random: &$0)
      },
      KernelBenchmark(.groupSums, "\(shape), 16 groups", bytes: 8 * elements, operations: 0) {
        .groupSums(rows: rows, vocabulary: vocabulary, groups: 16, random: &$0)
      },
    ]
  }

  private static let treeKernels: [KernelBenchmark] = [
    KernelBenchmark(.verifyMatch, "34 nodes", bytes: 4 * 34 * 4, operations: 0) {
      .verifyMatch(maximumNodes: 34, random: &$0)
    },
    KernelBenchmark(.verifySiblings, "34 nodes, vocabulary 256", variant: "distinct", bytes: 0, operations: 0)
    {
      .verifySiblings(.withoutReplacement, maximumNodes: 34, vocabulary: 256, random: &$0)
    },
    KernelBenchmark(
      .verifyTraversal, "34 nodes, vocabulary 256", variant: "distinct", bytes: 0, operations: 0
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
    KernelBenchmark(.treeLayout, "64 nodes", bytes: 4 * 64 * (1 + 1 + 2 + 2), operations: 0) {
      .treeLayout(sequences: 1, maximumNodes: 64, random: &$0)
    },
    // EAGLE-2 as published: 10 rows of 10 candidates a depth, 8 depths, the best 59.
    KernelBenchmark(.growTree, "10 rows of 10 candidates", bytes: 4 * 4 * 100, operations: 100) {
      .growTree(sequences: 1, firstRow: 11, rows: 10, width: 10, count: 10, random: &$0)
    },
    KernelBenchmark(.selectTree, "60 nodes of 710 candidates", bytes: 4 * 710 + 12 * 60, operations: 0) {
      .selectTree(sequences: 1, rows: 71, count: 10, nodes: 60, random: &$0)
    },
    KernelBenchmark(.mergePaths, "8 paths of 8 tokens", variant: "merging", bytes: 8 * 64, operations: 0) {
      .mergePaths(sequences: 1, paths: 8, length: 8, maximumNodes: 65, merging: true, random: &$0)
    },
  ]

  private static let scanKernels: [KernelBenchmark] =
    [true, false].map { scan(rows: 16, isTree: $0) } + [
      KernelBenchmark(
        .treeConvolution, "16 rows, 1792 channels, width 4", variant: "tree", bytes: 8 * 16 * 1792,
        operations: 8 * 16 * 1792
      ) {
        .treeConvolution(
          sequences: 1, maximumNodes: 16, channels: 1792, width: 4, isTree: true, random: &$0)
      }
    ]

  private static let pageKernels: [KernelBenchmark] = [
    KernelBenchmark(.allocatePages, "32 sequences, 4096 pages of 16", bytes: 4 * 4096, operations: 0) {
      .allocatePages(
        RandomPool(sequences: 32, pages: 4096, pagesPerSequence: 256, pageSize: 16), random: &$0)
    }
  ]

  /// The recurrence of a Mamba-2 layer of 768 columns.
  private static func scan(rows: Int, isTree: Bool) -> KernelBenchmark {
    let shape = ScanShape(heads: 24, headSize: 64, stateSize: 128, groups: 1)
    return KernelBenchmark(
      .treeScan, "\(rows) rows, 24 heads of 64, states of 128", variant: isTree ? "tree" : "chain",
      bytes: 8 * rows * shape.stateCount, operations: 5 * rows * shape.stateCount
    ) {
      .treeScan(sequences: 1, maximumNodes: rows, shape: shape, isTree: isTree, random: &$0)
    }
  }
}
