import Conformance
import Kernels

extension KernelBenchmark {
  static let cacheKernels: [KernelBenchmark] =
    pools([.allocatePages, .releasePages, .forkPages]) + [
      KernelBenchmark(
        .copyPages, "32 sequences, pages of 16 x 1024 columns", bytes: 32 * 16 * 8 * 1024, operations: 0
      ) {
        let pool = RandomPool(sequences: 32, pages: 128, pagesPerSequence: 4, pageSize: 16)
        return .copyPages(pool, keyColumns: 1024, random: &$0)
      },
      KernelBenchmark(
        .attentionMerge, "16 rows, 32 heads of 128, 8 spans", bytes: 4 * 16 * 32 * (8 * 132 + 128),
        operations: 4 * 16 * 32 * 8 * 128
      ) {
        .attentionMerge(rows: 16, heads: 32, headSize: 128, spans: 8, random: &$0)
      },
    ]

  private static func pools(_ kernels: [Kernel]) -> [KernelBenchmark] {
    kernels.map { kernel in
      KernelBenchmark(kernel, "32 sequences, 4096 pages of 16", bytes: 4 * 4096, operations: 0) {
        let pool = RandomPool(sequences: 32, pages: 4096, pagesPerSequence: 256, pageSize: 16)
        return switch kernel {
        case .releasePages: .releasePages(pool, random: &$0)
        case .forkPages: .forkPages(pool, random: &$0)
        default: .allocatePages(pool, random: &$0)
        }
      }
    }
  }
}
