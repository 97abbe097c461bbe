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
    matmuls + attentions + rowKernels + vocabularyKernels + treeKernels

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
    let tile = [1, 2, 4, 8].first { rows <= $0 } ?? 16
    return KernelBenchmark(
      format.kernel, "\(rows) x \(inputs) -> \(outputs)", variant: "tile\(tile)",
      bytes: weights + 4 * rows * (inputs + outputs), operations: 2 * rows * inputs * outputs
    ) { .matmul(MatmulShape(format, rows: rows, inputs: inputs, outputs: outputs), random: &$0) }
  }

  private static let attentions: [KernelBenchmark] = [
    attention(rows: 1, heads: 6, keyHeads: 2, headSize: 64, length: 512),
    attention(rows: 32, heads: 6, keyHeads: 2, headSize: 64, length: 512),
    attention(rows: 1, heads: 32, keyHeads: 8, headSize: 128, length: 512),
    attention(rows: 16, heads: 32, keyHeads: 8, headSize: 128, length: 512),
  ]

  /// Work over the prefix; the tree in flight is small beside it.
  static func attention(
    rows: Int, heads: Int, keyHeads: Int, headSize: Int, length: Int
  ) -> KernelBenchmark {
    let shape = AttentionShape(
      rows: rows, heads: heads, keyHeads: keyHeads, headSize: headSize, length: length,
      maskWords: (rows + 31) / 32)
    return KernelBenchmark(
      .treeAttention, "\(rows) rows, \(heads)/\(keyHeads) heads of \(headSize), \(length) keys",
      variant: "tree",
      bytes: 4 * length * keyHeads * headSize + 8 * rows * heads * headSize,
      operations: 4 * rows * heads * headSize * length
    ) { .treeAttention(shape, random: &$0) }
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

  private static func vocabularyKernels(rows: Int, vocabulary: Int) -> [KernelBenchmark] {
    let elements = rows * vocabulary
    let shape = "\(rows) x \(vocabulary)"
    return [
      KernelBenchmark(.argmax, shape, bytes: 4 * elements, operations: 0) {
        .argmax(rows: rows, vocabulary: vocabulary, random: &$0)
      },
      KernelBenchmark(.topTokens, "\(shape), 4 best", bytes: 4 * elements, operations: 0) {
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
        .tokenLogProbability(rows: rows, vocabulary: vocabulary, random: &$0)
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
      KernelBenchmark(.drawTarget, shape, bytes: 4 * elements, operations: 0) {
        .drawTarget(rows: rows, vocabulary: vocabulary, random: &$0)
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
      .compactCache, "4 of 34 accepted, 128 columns", bytes: 2 * 2 * 4 * 2 * 128, operations: 0
    ) {
      .compactCache(accepted: 4, maximumNodes: 34, length: 512, keyColumns: 128, random: &$0)
    },
  ]
}
