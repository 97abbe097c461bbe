import Conformance
import Kernels

extension KernelBenchmark {
  static let attentions: [KernelBenchmark] =
    [
      attention(rows: 1, heads: 6, keyHeads: 2, headSize: 64, length: 512),
      attention(rows: 32, heads: 6, keyHeads: 2, headSize: 64, length: 512),
      attention(rows: 1, heads: 32, keyHeads: 8, headSize: 128, length: 512),
      attention(rows: 16, heads: 32, keyHeads: 8, headSize: 128, length: 512, variant: "causal"),
      attention(rows: 16, heads: 32, keyHeads: 8, headSize: 128, length: 512),
      attention(rows: 1, heads: 32, keyHeads: 8, headSize: 128, length: 8192),
      attention(rows: 1, heads: 32, keyHeads: 8, headSize: 128, length: 8192, spansPerGroup: 2),
    ]
    + [.bf16, .q8].map {
      attention(rows: 16, heads: 32, keyHeads: 8, headSize: 128, length: 512, format: $0)
    }
    + KeyValueFormat.allCases.map(keyValueAppend) + KeyValueFormat.allCases.map(rotaryAppend) + [
      KernelBenchmark(
        .compactCache, "4 of 34 accepted, 128 columns", bytes: 2 * 2 * 4 * 2 * 128, operations: 0
      ) {
        .compactCache(accepted: 4, maximumNodes: 34, length: 512, keyColumns: 128, random: &$0)
      }
    ]

  /// Work over the prefix; what is in flight is small beside it.
  ///
  /// - Parameters:
  ///   - variant: "tree", or "causal" for rows without a mask.
  ///   - spansPerGroup: splits the keys over groups; nil does not.
  static func attention(
    rows: Int, heads: Int, keyHeads: Int, headSize: Int, length: Int, variant: String = "tree",
    format: KeyValueFormat = .f16, spansPerGroup: Int? = nil
  ) -> KernelBenchmark {
    var shape = AttentionShape(
      rows: rows, heads: heads, keyHeads: keyHeads, headSize: headSize, length: length,
      maskWords: variant == "causal" ? 0 : (rows + 31) / 32)
    shape.format = format
    let isUsual = format == .f16 && spansPerGroup == nil
    return KernelBenchmark(
      spansPerGroup == nil ? .treeAttention : .attentionSpans,
      "\(rows) rows, \(heads)/\(keyHeads) heads of \(headSize), \(length) keys",
      variant: isUsual ? variant : spansPerGroup.map { "\($0) spans a group" } ?? format.rawValue,
      bytes: 8 * length * format.rowWords(keyColumns: keyHeads * headSize) + 8 * rows * heads * headSize,
      operations: 4 * rows * heads * headSize * length
    ) { [shape] in .treeAttention(shape, spansPerGroup: spansPerGroup, random: &$0) }
  }

  private static func appended(_ format: KeyValueFormat) -> AttentionShape {
    var shape = AttentionShape(
      rows: 64, heads: 32, keyHeads: 8, headSize: 128, length: 512, maskWords: 0)
    shape.format = format
    return shape
  }

  private static func rotaryAppend(_ format: KeyValueFormat) -> KernelBenchmark {
    KernelBenchmark(
      .rotaryAppend, "64 rows, 32/8 heads of 128", variant: format.rawValue,
      bytes: 64 * (4 * (48 + 32) * 128 + 8 * format.rowWords(keyColumns: 1024)),
      operations: 3 * 64 * 40 * 128
    ) {
      .rotaryAppend(appended(format), positions: 2048, turning: 128, pairing: .halves, random: &$0)
    }
  }

  private static func keyValueAppend(_ format: KeyValueFormat) -> KernelBenchmark {
    KernelBenchmark(
      .keyValueAppend, "64 rows, 8 heads of 128", variant: format.rawValue,
      bytes: 64 * (2 * 4 * 1024 + 8 * format.rowWords(keyColumns: 1024)), operations: 0
    ) { .keyValueAppend(appended(format), random: &$0) }
  }
}
