import Numerics
import Reference
import ShaderInterface
import Testing

/// A cascade: what a middle model makes of the draft's token is the target's draft. Sampled, since a shared number correlates
/// decisions whose bounds differ, which no enumeration of independent answers shows.
@Suite struct CascadeTests {
  private let draft: [UInt32] = [160, 640, 160, 40]
  private let middle: [UInt32] = [593, 296, 74, 37]
  private let target: [UInt32] = [286, 285, 143, 286]

  private func token(_ target: [UInt32], _ draft: [UInt32], _ drafted: UInt32, _ source: KeyedUniforms)
    -> UInt32
  {
    var (row, source, tried) = (target, source, 0)
    var drafts = [DraftRow(draft)]
    let outcome = row.withUnsafeMutableBufferPointer {
      Reference.verifyNode(
        target: $0, total: target.reduce(0) { $0 + UInt64($1) }, status: STATUS_OK, drafts: &drafts,
        children: [drafted], mode: SIBLINGS_WITH_REPLACEMENT, position: 8, tried: &tried, source: &source)
    }
    switch outcome {
    case .child: return drafted
    case .bonus(let token): return token
    case .failed(let status): preconditionFailure("status \(status)")
    }
  }

  /// How often each token comes out of both levels, the upper one with numbers of this stream.
  private func counts(stream: UInt32, seeds: ClosedRange<UInt64>) -> [Int] {
    var counts = [Int](repeating: 0, count: target.count)
    for seed in seeds {
      var source = KeyedUniforms(seed: seed)
      let drafted = draft.withUnsafeBufferPointer {
        Reference.drawChildren(
          weights: $0, total: 1000, count: 1, replacement: true, position: 8, source: &source)
      }
      let passed = token(middle, draft, drafted[0], KeyedUniforms(seed: seed))
      let above = KeyedUniforms(seed: seed, roleOffset: stream * ROLE_STREAM)
      counts[Int(token(target, middle, passed, above))] += 1
    }
    return counts
  }

  /// 4.5 standard deviations of a count.
  @Test func anotherStreamKeepsTheTargetsLaw() {
    let trials = 10_000
    for (count, weight) in zip(counts(stream: 1, seeds: 1...UInt64(trials)), target) {
      let p = Double(weight) / 1000
      let deviation = (Double(trials) * p * (1 - p)).squareRoot()
      #expect(abs(Double(count) - Double(trials) * p) < 4.5 * deviation, "\(count) of \(trials), \(p)")
    }
  }

  @Test func theSameNumbersAtBothLevelsAreCaught() {
    let trials = 10_000
    let distance = zip(counts(stream: 0, seeds: 1...UInt64(trials)), target).reduce(0.0) {
      $0 + abs(Double($1.0) / Double(trials) - Double($1.1) / 1000) / 2
    }
    #expect(distance > 0.05)
  }
}
