import Conformance
import Kernels

extension KernelBenchmark {
  static let scanKernels: [KernelBenchmark] =
    [true, false].map { scan(rows: 16, isTree: $0) } + [
      KernelBenchmark(
        .treeConvolution, "16 rows, 1792 channels, width 4", variant: "tree", bytes: 8 * 16 * 1792,
        operations: 8 * 16 * 1792
      ) {
        .treeConvolution(
          sequences: 1, maximumNodes: 16, channels: 1792, width: 4, isTree: true, random: &$0)
      },
      KernelBenchmark(
        .gatherState, "16 rows, states of 196608", bytes: 8 * 196_608, operations: 0
      ) {
        .gatherState(sequences: 1, maximumNodes: 16, stateCount: 196_608, random: &$0)
      },
      KernelBenchmark(
        .gatherTail, "16 rows, 1792 channels, width 4", variant: "tree", bytes: 8 * 3 * 1792, operations: 0
      ) {
        .gatherTail(
          sequences: 1, maximumNodes: 16, channels: 1792, width: 4, isTree: true, random: &$0)
      },
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
