import Numerics
import Reference
import ShaderInterface
import Testing

/// Traversal decides on a node by what was drawn below it, so those numbers are used up: a later round must not draw them
/// again. Two rounds of a chain of two, through the kernels' own entry points.
@Suite struct RoundKeyTests {
  private static let length: UInt32 = 20

  /// The first child stays exactly if the second one carries 0; after token 1 target and draft are a fair coin.
  private static let language = Language(vocabulary: 2, largestTotal: 2, seed: 0) { prefix in
    switch prefix {
    case []: Rows(target: [1, 1], draft: [2, 0])
    case [0]: Rows(target: [2, 0], draft: [1, 1])
    default: Rows(target: [1, 1], draft: [1, 1])
    }
  }

  @Test func tokensKeyedByRoundAndNodeGiveTheTargetsLaw() { #expect(distance(keyedByNode: 1) == .zero) }

  @Test func tokensKeyedByPositionAreCaught() { #expect(distance(keyedByNode: 0) > Rational(1, over: 20)) }

  /// Total variation of the first two tokens.
  private func distance(keyedByNode: UInt32) -> Rational {
    let law = Enumeration.law { source in
      var keyed = SharedKeys(source)
      defer { source = keyed.script }
      var text: [UInt32] = []
      while text.count < 2 { text += round(after: text, keyedByNode, &keyed) }
      return Array(text[..<2])
    }
    return totalVariation(law, Self.language.target(after: [], count: 2))
  }

  private func round(after text: [UInt32], _ keyedByNode: UInt32, _ source: inout SharedKeys) -> [UInt32] {
    let length = Self.length + UInt32(text.count)
    var (tokens, rows): ([UInt32], [Rows]) = ([0], [Self.language.rows(after: text)])
    for depth in 1...2 as ClosedRange<UInt32> {
      tokens += rows.last!.draft.withUnsafeBufferPointer { draft in
        Reference.drawChildren(
          weights: draft, total: rows.last!.draftTotal, count: 1, replacement: true,
          position: keyedByNode != 0 ? length : length + depth,
          role: keyedByNode != 0 ? ROLE_TRAVERSAL_DRAFT : ROLE_DRAFT,
          firstIndex: keyedByNode != 0 ? depth : 0,
          source: &source)
      }
      rows.append(Self.language.rows(after: text + tokens.dropFirst()))
    }
    let result = verify(rows, tokens, length: length, &source)
    precondition(result[Int(RESULT_STATUS)] == STATUS_OK)
    let accepted = Int(result[Int(RESULT_ACCEPTED)])
    return tokens[1..<1 + accepted] + [result[Int(RESULT_BONUS)]]
  }

  private func verify(_ rows: [Rows], _ tokens: [UInt32], length: UInt32, _ source: inout SharedKeys)
    -> [UInt32]
  {
    let p = VerifyTraversal(
      maximumNodes: 3, vocabulary: 2, mode: SIBLINGS_WITH_REPLACEMENT, sequences: 1, capacity: 3,
      draftRows: 3, stream: 0)
    var result = [UInt32](repeating: 0, count: Int(RESULT_PATH + 3 * RESULT_ARRAYS))
    withOperands(
      rows.flatMap(\.target), rows.flatMap { [UInt32($0.targetTotal), STATUS_OK] }, rows.flatMap(\.draft),
      rows.flatMap { [UInt32($0.draftTotal), STATUS_OK] }, tokens, [NO_NODE, 0, 1],
      [length, 0, 0, 3, 0, 0, 0, 0]
    ) { o in
      result.withUnsafeMutableBufferPointer { result in
        Reference.verifyTraversal(
          p, weights: o[0], totals: o[1], draftWeights: o[2], draftTotals: o[3], tokens: o[4], parents: o[5],
          state: o[6], result: result, shareBits: 1, source: &source)
      }
    }
    return result
  }

  private func withOperands(_ words: [UInt32]..., body: ([UnsafeBufferPointer<UInt32>]) -> Void) {
    let operands = words.map { list in
      let memory = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: list.count)
      _ = memory.initialize(from: list)
      return UnsafeBufferPointer(memory)
    }
    defer { for operand in operands { operand.deallocate() } }
    body(operands)
  }
}
