import Numerics
import Reference
import ShaderInterface
import Testing

/// Answers by key, as a keyed source does: the same key and bound always gets the same answer, so the children of
/// two parents at one depth are drawn with the same numbers.
struct SharedKeys: UniformSource {
  var script: Script
  private var answers: [Request: UInt64] = [:]

  init(_ script: Script) { self.script = script }

  mutating func uniform(below bound: UInt128, role: UInt32, position: UInt32, index: UInt32) -> UInt128 {
    let request = Request(bound: UInt64(bound), role: role, position: position, index: index)
    if let known = answers[request] { return UInt128(known) }
    let answer = script.uniform(below: bound, role: role, position: position, index: index)
    answers[request] = UInt64(answer)
    return answer
  }
}

/// Whole rounds: drafted by the draw of children, walked by the kernels' own entry points.
@Suite struct WalkLawTests {
  private static let length: UInt32 = 20

  /// The first two tokens of a round: the root's children drawn first, then one child below each of them.
  private func round(_ language: Language, mode: UInt32, siblings: Int, _ source: inout SharedKeys)
    -> [UInt32]
  {
    var tokens: [UInt32] = [0]
    var (parents, depths) = ([NO_NODE], [UInt32(0)])
    func draw(_ rows: Rows, _ count: Int, parent: Int) {
      tokens += rows.draft.withUnsafeBufferPointer {
        Reference.drawChildren(
          weights: $0, total: rows.draftTotal, count: count, replacement: mode == SIBLINGS_WITH_REPLACEMENT,
          position: Self.length + depths[parent] + 1, source: &source)
      }
      parents += [UInt32](repeating: UInt32(parent), count: count)
      depths += [UInt32](repeating: depths[parent] + 1, count: count)
    }
    draw(language.rows(after: []), siblings, parent: 0)
    var rows = [language.rows(after: [])]
    for node in 1...siblings {  // a child that does not exist has children that do not exist
      rows.append(language.rows(after: [tokens[node]]))
      draw(rows[node], 1, parent: node)
    }
    for node in siblings + 1...2 * siblings {
      rows.append(language.rows(after: [tokens[node - siblings], tokens[node]]))
    }
    let result = verify(rows, tokens, parents, mode: mode, &source)
    precondition(result[Int(RESULT_STATUS)] == STATUS_OK)
    let path = Int(RESULT_PATH) + tokens.count
    return Array(result[path + 1..<path + 1 + Int(result[Int(RESULT_ACCEPTED)])]) + [
      result[Int(RESULT_BONUS)]
    ]
  }

  private func verify(
    _ rows: [Rows], _ tokens: [UInt32], _ parents: [UInt32], mode: UInt32, _ source: inout SharedKeys
  ) -> [UInt32] {
    let vocabulary = rows[0].target.count
    let p = VerifySiblings(
      maximumNodes: U32(tokens.count), vocabulary: U32(vocabulary), mode: mode, sequences: 1,
      capacity: U32(tokens.count), draftRows: U32(rows.count), stream: 0)
    var scratch = [UInt32](repeating: 0, count: vocabulary)
    var result = [UInt32](repeating: 0, count: Int(RESULT_PATH) + 3 * tokens.count)
    func reading(_ words: [UInt32], _ body: (UnsafeBufferPointer<UInt32>) -> Void) {
      words.withUnsafeBufferPointer(body)
    }
    reading(rows.flatMap(\.target)) { weights in
      reading(rows.flatMap { [UInt32($0.targetTotal), STATUS_OK] }) { totals in
        reading(rows.flatMap(\.draft)) { draftWeights in
          reading(rows.flatMap { [UInt32($0.draftTotal), STATUS_OK] }) { draftTotals in
            reading(tokens) { tokens in
              reading(parents) { parents in
                reading([Self.length, 0, 0, UInt32(tokens.count), 0, 0, 0, 0]) { state in
                  scratch.withUnsafeMutableBufferPointer { scratch in
                    result.withUnsafeMutableBufferPointer { result in
                      Reference.verifySiblings(
                        p, weights: weights, totals: totals, draftWeights: draftWeights,
                        draftTotals: draftTotals, tokens: tokens, parents: parents, state: state,
                        scratch: scratch, result: result, source: &source)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return result
  }

  @Test(
    arguments: [(3, 1, 3), (2, 1, 4), (2, 2, 2)],
    [SIBLINGS_WITH_REPLACEMENT, SIBLINGS_WITHOUT_REPLACEMENT])
  func walkedTreesGiveTheTargetsLaw(size: (vocabulary: Int, siblings: Int, total: Int), mode: UInt32) {
    for seed in 1...3 as ClosedRange<UInt64> {
      let language = Language(vocabulary: size.vocabulary, largestTotal: size.total, seed: seed)
      let rounds = Enumeration.law { source in
        var keyed = SharedKeys(source)
        defer { source = keyed.script }
        return round(language, mode: mode, siblings: size.siblings, &keyed)
      }
      // A round that ends early goes on with plain decoding.
      var law: [[UInt32]: Rational] = [:]
      for (tokens, probability) in rounds {
        for (rest, share) in language.target(after: tokens, count: 3 - tokens.count) {
          law[tokens + rest, default: .zero] += probability * share
        }
      }
      #expect(totalVariation(law, language.target(after: [], count: 3)) == .zero, "seed \(seed)")
    }
  }

  /// Pick and match emits the target's own draw, whatever tree was drafted.
  @Test func targetKeyedPicksGiveTheTargetsLaw() {
    for seed in 1...20 as ClosedRange<UInt64> {
      let rows = Language(vocabulary: 4, largestTotal: 30, seed: seed).rows(after: [])
      let law = rows.target.withUnsafeBufferPointer { weights in
        Enumeration.law { source in
          Reference.drawTarget(weights: weights, total: rows.targetTotal, position: 21, source: &source)
        }
      }
      #expect(totalVariation(law, rows.law) == .zero)
    }
  }
}
