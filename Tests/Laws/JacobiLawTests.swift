import Numerics
import Reference
import ShaderInterface
import Testing

/// Speculative Jacobi decoding (Teng et al., 2025): a window of tokens drawn with drawTarget, each from the row that the
/// last pass had for its position, or from a law given at first. Tests are those of a cluster of one token.
private struct JacobiLoop {
  let language: Language
  /// What positions are drawn from that no pass has seen.
  let first: [UInt32]
  let window: Int
  /// Of the draw after a rejection.
  let residualStream: UInt32

  private struct Draft {
    let token: UInt32
    let law: [UInt32]
  }

  /// The first `count` tokens.
  func text(count: Int, _ source: inout SharedKeys) -> [UInt32] {
    var text: [UInt32] = []
    var laws: [[UInt32]] = []
    while text.count < count {
      var drafts: [Draft] = []
      for i in 0..<window {
        let law = i < laws.count ? laws[i] : first
        drafts.append(Draft(token: draw(law, at: text.count + i, &source), law: law))
      }
      let targets = (0...window).map {
        language.rows(after: text + drafts.prefix($0).map(\.token)).target
      }
      let own = round(drafts, targets, at: text.count, &source)
      text += own
      laws = Array(targets.dropFirst(own.count))
    }
    return Array(text.prefix(count))
  }

  /// The tokens that a round commits.
  private func round(
    _ drafts: [Draft], _ targets: [[UInt32]], at place: Int, _ source: inout SharedKeys
  ) -> [UInt32] {
    var tokens: [UInt32] = []
    for (draft, target) in zip(drafts, targets) {
      let rows = Rows(target: target, draft: draft.law)
      guard passes(draft.token, rows, at: place + tokens.count, &source) else {
        return tokens + [draw(rows.residual, at: place + tokens.count, stream: residualStream, &source)]
      }
      tokens.append(draft.token)
    }
    return tokens + [draw(targets[drafts.count], at: place + tokens.count, &source)]
  }

  private func draw(
    _ row: [UInt32], at place: Int, stream: UInt32 = 0, _ source: inout SharedKeys
  ) -> UInt32 {
    row.withUnsafeBufferPointer {
      Reference.drawTarget(
        weights: $0, total: row.reduce(0) { $0 + UInt64($1) }, position: UInt32(21 + place), stream: stream,
        source: &source)
    }
  }

  private func passes(_ token: UInt32, _ rows: Rows, at place: Int, _ source: inout SharedKeys) -> Bool {
    let alone = ClusterAccept(
      capacity: 1, sequences: 1, vocabulary: UInt32(rows.target.count), ranks: 0, tolerance: 0, columns: 0,
      squaredDistance: 0, stream: 0)
    return rows.target.withUnsafeBufferPointer { target in
      rows.draft.withUnsafeBufferPointer { draft in
        Reference.clusterAccept(
          alone, target: target, total: UInt32(rows.targetTotal), draft: draft,
          draftTotal: UInt32(rows.draftTotal), table: UnsafeBufferPointer(start: nil, count: 0),
          token: Int(token), position: UInt32(21 + place), child: 0, source: &source)!.isAccepted
      }
    }
  }
}

@Suite struct JacobiLawTests {
  /// The window's first law gives token 2, which the target never begins with, half of the time; what remains of the
  /// target is then a fair coin between 0 and 1, drawn below the same bound as the window was.
  private func distance(residualStream: UInt32, window: Int, seed: UInt64) -> Rational {
    let language = Language(vocabulary: 3, largestTotal: 2, seed: seed) { prefix in
      let random = Language(vocabulary: 3, largestTotal: 2, seed: seed).rows(after: prefix)
      return prefix.isEmpty ? Rows(target: [1, 1, 0], draft: []) : random
    }
    let loop = JacobiLoop(
      language: language, first: [1, 1, 2], window: window, residualStream: residualStream)
    let law = Enumeration.law { source in
      var keyed = SharedKeys(source)
      defer { source = keyed.script }
      return loop.text(count: 2, &keyed)
    }
    return totalVariation(law, language.target(after: [], count: 2))
  }

  @Test(arguments: [1, 2], 1...4 as ClosedRange<UInt64>)
  func aResidualInAStreamOfItsOwnKeepsTheLaw(window: Int, seed: UInt64) {
    #expect(distance(residualStream: 1, window: window, seed: seed) == .zero)
  }

  @Test(arguments: [1, 2])
  func aResidualInTheWindowsStreamIsCaught(window: Int) {
    #expect(distance(residualStream: 0, window: window, seed: 1) >= Rational(1, over: 4))
  }
}
