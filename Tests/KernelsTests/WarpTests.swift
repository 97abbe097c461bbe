import Foundation
import Kernels
import ShaderInterface
import Testing

@testable import Conformance

extension KernelsTests {
  /// Rows with warps of their own: as the host writes them, and as the device makes them.
  @Suite(.needsDevice) struct WarpTests {
    private static let vocabulary = 300

    private func onDeviceAndReference(_ body: (any Backend) throws -> Void) throws {
      try withDevice { backend in
        try body(backend)
        try body(ReferenceBackend())
      }
    }

    private func logits(rows: Int) -> [Float] {
      var random = CaseRandom(seed: 1, family: "warps", index: rows)
      random.isTypical = true
      return random.logits(rows: rows, columns: Self.vocabulary)
    }

    /// Inverses of powers of two are exact, as the host's are.
    @Test func `A warp made on the device is the one that the host writes`() throws {
      let temperatures: [Float] = [1, 0.5, 2, 0.25, 0x1p-19, 0x1p60]
      let shares: [Float] = [0.9, 1, 0, 0.3, 0x1p-40, 1 - 0x1p-24]
      let expected = zip(temperatures, shares).flatMap { temperature, share in
        Warp(temperature: Double(temperature), topK: 40, topP: Double(share), minP: 0.01, typicalP: 0.7).words
      }
      let base = Warp(temperature: 0.7, topK: 40, topP: 0.5, minP: 0.01, typicalP: 0.7)
      try onDeviceAndReference { backend in
        let rows = temperatures.count
        let given = try backend.makeTensor(temperatures, "temperatures")
        let topP = try backend.makeTensor(shares, "shares")
        let out: Tensor<UInt32> = try backend.makeTensor(rows * Warp.wordCount, "warps")
        func words(_ body: (any CommandList) -> Void) throws -> [UInt32] {
          try backend.run("warps", body)
          return try backend.read(out)
        }
        let both = try words {
          $0.warpRows(base, temperatures: given, topP: topP, out: out, rows: rows)
        }
        #expect(both == expected)
        let ofTemperatures = try words { $0.warpRows(base, temperatures: given, out: out, rows: rows) }
        let ofShares = try words { $0.warpRows(base, topP: topP, out: out, rows: rows) }
        for row in 0..<rows {
          let (t, p) = (row * Warp.wordCount, row * Warp.wordCount + 2)
          #expect(ofTemperatures[t] == expected[t] && ofTemperatures[p] == base.words[2])
          #expect(ofShares[t] == base.words[0] && ofShares[p] == expected[p])
        }
      }
    }

    @Test func `What is out of range is a row's status`() throws {
      let temperatures: [Float] = [1, 0, -1, .nan, .infinity, 0x1p-21, 0x1p61, 1, 1, 1]
      let shares: [Float] = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, -0x1p-20, 1.001, .nan]
      let rows = temperatures.count
      try onDeviceAndReference { backend in
        let law = try DistributionRows(
          backend: backend, rows: rows, vocabulary: Self.vocabulary, label: "law")
        let warps: Tensor<UInt32> = try backend.makeTensor(rows * Warp.wordCount, "warps")
        let given = try backend.makeTensor(temperatures, "temperatures")
        let topP = try backend.makeTensor(shares, "shares")
        let logits = try backend.makeTensor(logits(rows: rows), "logits")
        try backend.run("law") {
          $0.warpRows(Warp(), temperatures: given, topP: topP, out: warps, rows: rows)
          $0.distribution(logits, warps: warps, out: law, rows: rows)
        }
        let totals = try backend.read(law.totals)
        #expect(totals[0] > 0 && totals[1] == STATUS_OK)
        for row in 1..<rows {
          #expect(totals[2 * row..<2 * row + 2] == [0, STATUS_NOT_FINITE], "row \(row)")
        }
      }
    }

    @Test func `Rows with warps of their own are drawn as from their distributions`() throws {
      let warps = [
        Warp(temperature: 0.6), Warp(temperature: 1.4, minP: 0.02), Warp(minP: 1), Warp(topK: 5),
        Warp(topP: 0.5), Warp(typicalP: 0.5), Warp(temperature: 1e-6),
      ]
      let selective = [3, 4, 5]
      var words = warps.flatMap(\.words) + Warp().words
      words[warps.count * Warp.wordCount] = 0  // no temperature
      let rows = warps.count + 1
      try onDeviceAndReference { backend in
        let law = try DistributionRows(
          backend: backend, rows: rows, vocabulary: Self.vocabulary, label: "law")
        let own = try backend.makeTensor(words, "warps")
        let logits = try backend.makeTensor(logits(rows: rows), "logits")
        let depths: Tensor<UInt32> = try backend.makeTensor(rows, "depths")
        let state = try backend.makeState(length: 12)
        let (drawn, expected): (Tensor<UInt32>, Tensor<UInt32>) = (
          try backend.makeTensor(2 * rows, "drawn"), try backend.makeTensor(2 * rows, "expected")
        )
        try backend.run("draws") {
          $0.drawLogits(
            logits, warps: own, depths: depths, state: state, out: drawn, rows: rows,
            vocabulary: Self.vocabulary, stream: 3)
          $0.distribution(logits, warps: own, out: law, rows: rows)
          $0.drawTarget(law, depths: depths, state: state, out: expected, count: rows, stream: 3)
        }
        let (a, b) = (try backend.read(drawn), try backend.read(expected))
        for row in 0..<rows {
          let wanted = selective.contains(row) ? [0, STATUS_SELECTIVE_WARP] : Array(b[2 * row..<2 * row + 2])
          #expect(Array(a[2 * row..<2 * row + 2]) == wanted, "row \(row)")
        }
        #expect(a[2 * warps.count + 1] == STATUS_NOT_FINITE | STATUS_EMPTY_ROW)
        #expect(KernelStatus(rawValue: a[7]) == .selectiveWarp)
      }
    }

    /// Rows of close logits of any magnitude above 2^-20, with ties, and such as other cases have.
    @Test func `A greedy warp picks what argmax does`() throws {
      var random = CaseRandom(seed: 1, family: "greedy", index: 0)
      let (rows, vocabulary) = (400, 60)
      var logits: [Float] = []
      for row in 0..<rows {
        let best = abs(random.float(-19...60)) * (row % 2 == 0 ? 1 : -1)
        logits += (0..<vocabulary).map { _ in
          (0..<random.below(4)).reduce(best) { value, _ in value.nextDown }
        }
      }
      logits += random.logits(rows: 100, columns: vocabulary)
      try onDeviceAndReference { backend in
        let count = rows + 100
        let law = try DistributionRows(
          backend: backend, rows: count, vocabulary: vocabulary, label: "law")
        let input = try backend.makeTensor(logits, "logits")
        let warps = try backend.makeTensor((0..<count).flatMap { _ in Warp.greedy.words }, "warps")
        let depths = try backend.makeTensor((0..<UInt32(count)).map { $0 }, "depths")
        let state = try backend.makeState(length: 1)
        let (picks, best): (Tensor<UInt32>, Tensor<UInt32>) = (
          try backend.makeTensor(2 * count, "picks"), try backend.makeTensor(2 * count, "best")
        )
        try backend.run("picks") {
          $0.argmax(input, out: best, rows: count, vocabulary: vocabulary)
          $0.distribution(input, warps: warps, out: law, rows: count)
          $0.drawTarget(law, depths: depths, state: state, out: picks, count: count)
        }
        let (found, wanted) = (try backend.read(picks), try backend.read(best))
        for row in 0..<count where wanted[2 * row + 1] == STATUS_OK {
          #expect(found[2 * row..<2 * row + 2] == wanted[2 * row..<2 * row + 2], "row \(row)")
        }
      }
    }

    /// A cut alone compares weights, in which near logits are equal; so does top-p.
    @Test(arguments: [Warp(topK: 1), Warp(topP: 0)])
    func `A cut to one token alone is not argmax`(warp: Warp) throws {
      let backend = ReferenceBackend()
      let law = try DistributionRows(backend: backend, rows: 1, vocabulary: 2, label: "law")
      let logits = try backend.makeTensor([1, (1 as Float).nextUp], "logits")
      let best: Tensor<UInt32> = try backend.makeTensor(2, "best")
      func kept(_ warp: Warp) throws -> [Bool] {
        try backend.run("law") {
          $0.argmax(logits, out: best, rows: 1, vocabulary: 2)
          $0.distribution(logits, warp: warp, out: law, rows: 1)
        }
        return try backend.read(law.weights).map { $0 > 0 }
      }
      #expect(try kept(Warp(temperature: 100, topK: warp.topK, topP: warp.topP)) == [true, false])
      #expect(try backend.read(best)[0] == 1)
      #expect(try kept(.greedy) == [false, true])
    }
  }
}
