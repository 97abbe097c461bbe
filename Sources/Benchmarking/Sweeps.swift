import Conformance
import Kernels

extension KernelBenchmark {
  /// One kernel over a range of rows or keys: the lines of the pictures.
  public static let sweeps: [KernelBenchmark] = matmulSweeps + attentionSweeps + splitSweeps

  private static let matmulSweeps: [KernelBenchmark] = MatmulKind.all.flatMap { kind in
    [1, 2, 4, 8, 9, 16, 32, 64, 128, 512].map { rows in
      matmul(kind, rows: rows, inputs: 4096, outputs: 4096)
        .inSweep("matmul \(kind), 4096 x 4096", by: "rows", at: rows)
    }
  }

  /// Long contexts for few rows: an exact kernel takes a CPU driver seconds there.
  private static let attentionSweeps: [KernelBenchmark] = [(1, 32_768), (8, 16_384), (32, 4096), (64, 1024)]
    .flatMap { rows, longest in
      [256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768].filter { $0 <= longest }.map { keys in
        attention(rows: rows, heads: 32, keyHeads: 8, headSize: 128, length: keys)
          .inSweep("attention, \(rows) rows", by: "keys", at: keys)
      }
    }

  /// Few rows again, their keys split over groups.
  private static let splitSweeps: [KernelBenchmark] = [(1, 32_768), (8, 16_384)].flatMap { rows, longest in
    [2048, 4096, 8192, 16_384, 32_768].filter { $0 <= longest }.map { keys in
      attention(rows: rows, heads: 32, keyHeads: 8, headSize: 128, length: keys, spansPerGroup: 2)
        .inSweep("attention, \(rows) rows, split", by: "keys", at: keys)
    }
  }

  private func inSweep(_ series: String, by axis: String, at position: Int) -> KernelBenchmark {
    var copy = self
    copy.sweep = Sweep(series: series, axis: axis, position: position)
    return copy
  }
}

/// Where a measurement stands in a sweep.
public struct Sweep: Codable, Sendable, Hashable {
  /// What the points of one line share.
  public var series: String
  /// What changes along it.
  public var axis: String
  public var position: Int
}
