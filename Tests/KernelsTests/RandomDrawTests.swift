import Conformance
import Foundation
import Kernels
import Numerics
import ShaderInterface
import Testing

extension KernelsTests {
  /// Every decision that the device takes at random is the reference's.
  ///
  /// `ESPALIER_TEST_DRAWS` is the number of draws a test, a million unless set, a tenth on a slow device.
  @Suite(.needsDevice) struct RandomDrawTests {
    private static let (runs, rows, vocabulary) = (DrawData.runs, DrawData.rowCount, DrawData.vocabulary)

    @Test func `drawTarget draws as the reference does`() throws {
      try withDevice { backend in
        let data = try DrawData(backend)
        let depths = try backend.makeTensor((0..<Self.rows).map { UInt32($0 % 40) }, "depths")
        let out: Tensor<UInt32> = try backend.makeTensor(Self.runs * Self.rows * 2, "picks")
        try backend.run("draws") { list in
          for run in 0..<Self.runs {
            list.drawTarget(
              data.rows, depths: depths, state: data.state(run),
              out: out[run * Self.rows * 2..<(run + 1) * Self.rows * 2], count: Self.rows)
          }
        }
        let drawn = try backend.read(out)
        var differing = 0
        var counts = [Int](repeating: 0, count: Self.vocabulary)
        for run in 0..<Self.runs {
          for row in 0..<Self.rows {
            let random = KeyedRandom(
              seed: data.seed(run), position: data.length(run) + UInt32(row % 40) + 1, role: ROLE_TARGET,
              index: 0)
            let y = random.uniform(below: UInt64(data.totals[2 * row]))
            let token = drawn[2 * (run * Self.rows + row)]
            if token != pick(data.row(row), y) { differing += 1 }
            if row % 2 == 0 && token < Self.vocabulary { counts[Int(token)] += 1 }
          }
        }
        #expect(differing == 0)
        #expect(counts.allSatisfy { $0 > Self.runs }, "every token is drawn: \(counts)")
      }
    }

    @Test(arguments: [true, false])
    func `drawChildren draws as the reference does`(replacement: Bool) throws {
      try withDevice { backend in
        let data = try DrawData(backend)
        let children = 4
        let runs = Self.runs / 4
        let words = Self.rows * children
        let out: Tensor<UInt32> = try backend.makeTensor(runs * words, "tokens")
        try backend.run("draws") { list in
          for run in 0..<runs {
            list.drawChildren(
              data.rows, state: data.state(run), tokens: out[run * words..<(run + 1) * words],
              parents: Self.rows,
              children: children, replacement: replacement, firstParent: 0, firstChild: 0, childDepth: 3)
          }
        }
        let drawn = try backend.read(out)
        var differing = 0
        for run in 0..<runs {
          for row in 0..<Self.rows {
            var weights = Array(data.row(row))
            for child in 0..<children {
              let total = weights.reduce(0) { $0 + UInt64($1) }
              var token = NO_TOKEN
              if total > 0 {
                let random = KeyedRandom(
                  seed: data.seed(run), position: data.length(run) + 3, role: ROLE_DRAFT, index: UInt32(child)
                )
                token = pick(weights, random.uniform(below: total))
                if !replacement { weights[Int(token)] = 0 }
              }
              if drawn[run * words + row * children + child] != token { differing += 1 }
            }
          }
        }
        #expect(differing == 0)
      }
    }

    @Test(arguments: SiblingRule.allCases)
    func `verifySiblings decides as the reference does`(rule: SiblingRule) throws {
      try withDevice { backend in
        let report = try Conformance.run(
          backend: backend, kernel: "verifySiblings/\(rule)", seed: 77, cases: 500)
        #expect(report.passed, "\(report.kernels.compactMap(\.problem).joined())")
      }
    }
  }
}

/// Random decisions that a test compares.
enum DrawCount {
  static let draws =
    ProcessInfo.processInfo.environment["ESPALIER_TEST_DRAWS"].flatMap { Int($0) }
    ?? (TestDevice.isSlow ? 100_000 : 1_000_000)
}

/// Rows of small distributions and the states of many runs.
private struct DrawData {
  let rows: DistributionRows
  let weights, totals: [UInt32]
  private let states: Tensor<UInt32>
  static let (rowCount, vocabulary) = (1024, 12)
  /// Calls of `rowCount` draws.
  static let runs = max(4, (DrawCount.draws + rowCount - 1) / rowCount)
  private static let stride = tensorAlignment / 4

  init(_ backend: any Backend) throws {
    let (count, vocabulary) = (Self.rowCount, Self.vocabulary)
    var random = CaseRandom(seed: 1, family: "draws", index: 0)
    var weights: [UInt32] = []
    var totals: [UInt32] = []
    for row in 0..<count {
      // Even rows are flat, odd ones steep with empty tokens.
      let list = (0..<vocabulary).map { v in
        row % 2 == 0
          ? UInt32.random(in: 1...1 << 27, using: &random)
          : UInt32.random(in: 0...0x4000_0000 >> UInt32(2 * v), using: &random) & ~3
      }
      weights += list
      totals += [list.reduce(0, +), 0]
    }
    (self.weights, self.totals) = (weights, totals)
    rows = DistributionRows(
      weights: try backend.makeTensor(weights, "weights"), totals: try backend.makeTensor(totals, "totals"),
      vocabulary: vocabulary)
    var words = [UInt32](repeating: 0, count: Self.runs * Self.stride)
    for run in 0..<Self.runs {
      words[run * Self.stride + Int(STATE_LENGTH)] = Self.length(run)
      words[run * Self.stride + Int(STATE_SEED_LOW)] = UInt32(truncatingIfNeeded: Self.seed(run))
      words[run * Self.stride + Int(STATE_SEED_HIGH)] = UInt32(Self.seed(run) >> 32)
    }
    states = try backend.makeTensor(words, "states")
  }

  static func seed(_ run: Int) -> UInt64 { UInt64(run / 3) &* 0x9e37_79b9_7f4a_7c15 }
  static func length(_ run: Int) -> UInt32 { UInt32(run % 3 * 1000) }
  func seed(_ run: Int) -> UInt64 { Self.seed(run) }
  func length(_ run: Int) -> UInt32 { Self.length(run) }
  func row(_ index: Int) -> ArraySlice<UInt32> {
    weights[index * Self.vocabulary..<(index + 1) * Self.vocabulary]
  }
  func state(_ run: Int) -> Tensor<UInt32> {
    states[run * Self.stride..<run * Self.stride + Int(STATE_WORDS)]
  }
}
