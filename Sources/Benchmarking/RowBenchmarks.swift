import Conformance
import Kernels

extension KernelBenchmark {
  static let rowKernels: [KernelBenchmark] = [
    KernelBenchmark(.rmsNorm, "64 x 384", bytes: 8 * 64 * 384 + 4 * 384, operations: 4 * 64 * 384) {
      .rmsNorm(rows: 64, columns: 384, significantBits: 13, random: &$0)
    },
    KernelBenchmark(.sortChoices, "4096 x 2 of 64", bytes: 8 * 8192, operations: 0) {
      .sortChoices(rows: 8192, matrices: 64, rowsPerGroup: 16, random: &$0)
    },
    KernelBenchmark(.quantizeBlocks, "64 x 4096", bytes: 64 * 4096 * 164 / 32, operations: 2 * 64 * 4096) {
      .quantizeBlocks(rows: 64, columns: 4096, random: &$0)
    },
    KernelBenchmark(.quantizeRows, "64 x 4096", bytes: 5 * 64 * 4096, operations: 2 * 64 * 4096) {
      .quantizeRows(rows: 64, columns: 4096, random: &$0)
    },
    KernelBenchmark(.rmsNorm, "64 x 4096", bytes: 8 * 64 * 4096 + 4 * 4096, operations: 4 * 64 * 4096) {
      .rmsNorm(rows: 64, columns: 4096, significantBits: 13, random: &$0)
    },
    // The query's heads in rows that hold two key and two value heads for every four of them.
    KernelBenchmark(
      .rmsNorm, "64 x 32 heads of 128", variant: "segments", bytes: 8 * 64 * 4096 + 4 * 128,
      operations: 4 * 64 * 4096
    ) {
      .rmsNorm(
        rows: 64, segments: 32, columns: 128, place: RowColumns(first: 0, stride: 8192), significantBits: 24,
        inPlace: true, random: &$0)
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
    KernelBenchmark(.layerNorm, "64 x 4096", bytes: 8 * 64 * 4096 + 8 * 4096, operations: 7 * 64 * 4096) {
      .layerNorm(rows: 64, columns: 4096, significantBits: 13, random: &$0)
    },
    // The tanh form: exp, reciprocal and a cubic.
    KernelBenchmark(.geglu, "64 x 960", bytes: 12 * 64 * 960, operations: 26 * 64 * 960) {
      .geglu(rows: 64, columns: 960, significantBits: 13, random: &$0)
    },
    KernelBenchmark(.gelu, "262144", bytes: 8 * 262_144, operations: 25 * 262_144) {
      .gelu(count: 262_144, significantBits: 24, inPlace: false, random: &$0)
    },
    // The erf form: exp of two parts, reciprocal, and polynomials of degrees 4 and 5.
    KernelBenchmark(.gegluErf, "64 x 960", bytes: 12 * 64 * 960, operations: 51 * 64 * 960) {
      .geglu(rows: 64, columns: 960, form: .erf, significantBits: 13, random: &$0)
    },
    KernelBenchmark(.geluErf, "262144", bytes: 8 * 262_144, operations: 50 * 262_144) {
      .gelu(count: 262_144, form: .erf, significantBits: 24, inPlace: false, random: &$0)
    },
    // A wide projection's step sizes; D * x added to a scan's output.
    KernelBenchmark(.softplus, "256 x 1024", bytes: 8 * 262_144, operations: 45 * 262_144) {
      .softplus(rows: 256, columns: 1024, place: nil, significantBits: 24, random: &$0)
    },
    KernelBenchmark(
      .scaleColumns, "64 x 4096 by heads of 64", variant: "shared", bytes: 12 * 64 * 4096,
      operations: 2 * 64 * 4096
    ) {
      .scaleColumns(
        rows: 64, columns: 4096, ColumnScaling(width: 64, hasBase: true), isDense: true, random: &$0)
    },
    KernelBenchmark(
      .scaleColumns, "64 x 4096", variant: "gated", bytes: 12 * 64 * 4096, operations: 22 * 64 * 4096
    ) {
      .scaleColumns(
        rows: 64, columns: 4096, ColumnScaling(hasRowScales: true, gated: true), isDense: true, random: &$0)
    },
    KernelBenchmark(.scaledAdd, "262144", bytes: 12 * 262_144, operations: 3 * 262_144) {
      .scaledAdd(count: 262_144, significantBits: 24, inPlace: false, random: &$0)
    },
    KernelBenchmark(.roundActivations, "262144", bytes: 8 * 262_144, operations: 0) {
      .roundActivations(count: 262_144, significantBits: 13, inPlace: false, random: &$0)
    },
    KernelBenchmark(.embeddingGather, "64 x 4096 of 1000", bytes: 6 * 64 * 4096, operations: 0) {
      .embeddingGather(rows: 64, columns: 4096, vocabulary: 1000, random: &$0)
    },
    KernelBenchmark(
      .embeddingMix, "16 x 4096, 8 tokens a row of 1000", bytes: (2 * 8 + 4) * 16 * 4096,
      operations: 2 * 8 * 16 * 4096
    ) {
      .embeddingMix(
        rows: 16, columns: 4096, vocabulary: 1000, count: 8, firstRow: 0, significantBits: 24, random: &$0)
    },
    KernelBenchmark(
      .embeddingMixF32, "64 x 4096, 2 experts a row", bytes: (4 * 2 + 4) * 64 * 4096,
      operations: 2 * 2 * 64 * 4096
    ) {
      .embeddingMix(
        rows: 64, columns: 4096, vocabulary: 128, count: 2, firstRow: 0, hasFloatTable: true,
        significantBits: 24, random: &$0)
    },
    KernelBenchmark(.gatherRow, "1 of 64 x 4096", bytes: 8 * 4096, operations: 0) {
      .gatherRow(rows: 64, columns: 4096, random: &$0)
    },
    // The law of a draft vocabulary of 32,000 over the target's.
    KernelBenchmark(
      .gatherColumns, "8 x 128256 of 32000", variant: "oneList", bytes: 4 * 128_256 * (1 + 2 * 8),
      operations: 0
    ) {
      .gatherColumns(rows: 8, columns: 32_000, count: 128_256, rowLists: false, random: &$0)
    },
    KernelBenchmark(.gatherRows, "32 x 4096 words", variant: "one", bytes: 8 * 32 * 4096, operations: 0) {
      .gatherRows(rows: 32, count: 32, columns: 4096, random: &$0)
    },
    KernelBenchmark(
      .gatherRows, "1024 x 8 words of 32000", variant: "one", bytes: 8 * 1024 * 8, operations: 0
    ) {
      .gatherRows(rows: 32_000, count: 1024, columns: 8, random: &$0)
    },
    KernelBenchmark(.scatterRows, "1024 x 8 words of 32000", bytes: 8 * 1024 * 8, operations: 0) {
      .scatterRows(count: 1024, rows: 32_000, columns: 8, random: &$0)
    },
  ]
}
