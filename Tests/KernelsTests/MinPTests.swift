import Foundation
import Kernels
import Testing

extension KernelsTests {
  /// Nguyen et al.: a token stays if its probability is at least min-p times the likeliest one's.
  @Suite struct MinPTests {
    /// Two counts, the lesser first, that give logits log a and log b.
    struct Pair: Hashable {
      let a, b: Int
      var share: Double { Double(a) / Double(b) }
    }

    private static let pairs = (2...25).flatMap { b in (1...b).map { Pair(a: $0, b: b) } }

    /// How many of two tokens stay in each of `rows`, a call for each.
    private func kept(_ rows: [(logits: [Float], minP: Double)], _ backend: any Backend) throws -> [Int] {
      let laws = try rows.map { _ in
        try DistributionRows(backend: backend, rows: 1, vocabulary: 2, label: "law")
      }
      let logits = try rows.map { try backend.makeTensor($0.logits, "logits") }
      try backend.run("min-p") {
        for (index, row) in rows.enumerated() {
          $0.distribution(logits[index], warp: Warp(minP: row.minP), out: laws[index], rows: 1)
        }
      }
      return try laws.map { try backend.read($0.weights).count { $0 > 0 } }
    }

    private func check(_ backend: any Backend) throws {
      let onThreshold = Self.pairs.map {
        (logits: [Float(log(Double($0.a))), Float(log(Double($0.b)))], minP: $0.share)
      }
      let kept = try kept(onThreshold, backend)
      for (pair, count) in zip(Self.pairs, kept) { #expect(count == 2, "\(pair.a) to \(pair.b)") }

      let below = Self.pairs.map {
        (logits: [Float(log($0.share * (1 - 0x1p-18))), 0], minP: $0.share)
      }
      for (pair, count) in zip(Self.pairs, try self.kept(below, backend)) {
        #expect(count == 1, "just below \(pair.a) to \(pair.b)")
      }
    }

    @Test func `A token on the threshold stays, one just below it does not`() throws {
      try check(ReferenceBackend())
    }

    @Test(.needsDevice) func `A device keeps the same tokens`() throws { try withDevice(check) }

    @Test func `Extreme shares`() throws {
      let rows: [(logits: [Float], minP: Double)] = [
        ([-20, 0], 0), ([-20, 0], 1e-300), ([-20, 0], exp(-20)), ([-20, 0], exp(-19)), ([0, 0], 1),
        ([-0x1p-16, 0], 1),
      ]
      #expect(try kept(rows, ReferenceBackend()) == [2, 2, 2, 1, 2, 1])
    }
  }
}
