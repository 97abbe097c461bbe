import Numerics
import Reference
import ShaderInterface
import Testing

/// A state of `length` slots and `nodes` nodes, seed 0x0000000600000005.
private func state(_ length: UInt32, nodes: UInt32 = 0) -> [UInt32] { [length, 5, 6, nodes, 0, 0, 0, 0] }

/// A tree of up to 8 nodes and what a verifier wrote about it.
private struct Round {
  var tokens: [UInt32]
  var parents: [UInt32]
  var nodes: UInt32

  func match(_ picks: [UInt32], stride: UInt32 = 1, offset: UInt32 = 0) -> [UInt32] {
    let result = mutableOperand([UInt32](repeating: 77, count: Int(RESULT_PATH) + 24))
    Reference.verifyMatch(
      VerifyMatch(
        maximumNodes: 8, pickStride: stride, sequences: 1, capacity: UInt32(tokens.count), pickOffset: offset,
        hasStatus: stride - offset > 1 ? 1 : 0),
      picks: operand(picks), tokens: operand(tokens),
      parents: operand(parents), state: operand(state(20, nodes: nodes)), result: result)
    return Array(result)
  }

  func siblings(mode: UInt32, _ weights: [UInt32], _ draft: [UInt32], status: UInt32 = 0) -> [UInt32] {
    let result = mutableOperand([UInt32](repeating: 77, count: Int(RESULT_PATH) + 24))
    func totals(_ rows: [UInt32]) -> [UInt32] {
      (0..<rows.count / 3).flatMap { r -> [UInt32] in [rows[3 * r..<3 * r + 3].reduce(0, +), status] }
    }
    Reference.verifySiblings(
      VerifySiblings(
        maximumNodes: 8, vocabulary: 3, mode: mode, sequences: 1, capacity: UInt32(tokens.count),
        draftRows: UInt32(draft.count / 3), stream: 0),
      weights: operand(weights),
      totals: operand(totals(weights)), draftWeights: operand(draft), draftTotals: operand(totals(draft)),
      tokens: operand(tokens), parents: operand(parents),
      state: operand(state(20, nodes: nodes)), scratch: mutableOperand([UInt32](repeating: 77, count: 6)),
      result: result)
    return Array(result)
  }
}

/// A round's whole result for 8 nodes.
private func result(
  _ status: UInt32, bonus: UInt32, nodes: UInt32, path: [UInt32], tokens: [UInt32], tried: [UInt32] = []
) -> [UInt32] {
  let pad = { (words: [UInt32]) in words + [UInt32](repeating: 0, count: 8 - words.count) }
  let accepted = UInt32(path.count - 1)
  return pad([status, accepted, bonus, 20 + accepted + 1, nodes]) + pad(path) + pad(tokens) + pad(tried)
}

@Suite struct TreeTests {
  //        0
  //    1:11   2:12
  //   3:13    4:14  5:12 (twice token 12 below 2: the first counts)
  private let tree = Round(
    tokens: [10, 11, 12, 13, 14, 12, 12], parents: [NO_NODE, 0, 0, 1, 2, 2, 2], nodes: 7)

  @Test func matchWalksToTheFirstChildThatCarriesThePick() {
    #expect(
      tree.match([12, 0, 12, 0, 0, 9, 0])
        == result(0, bonus: 9, nodes: 7, path: [0, 2, 5], tokens: [10, 12, 12], tried: [2, 2]))
    #expect(
      tree.match([13, 0, 0, 0, 0, 0, 0])
        == result(0, bonus: 13, nodes: 7, path: [0], tokens: [10], tried: [2]))
  }

  @Test func aStatusEndsTheWalk() {
    let picks: [UInt32] = [12, 0, 0, 0, 12, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    #expect(
      tree.match(picks, stride: 2)
        == result(1, bonus: 0, nodes: 7, path: [0, 2], tokens: [10, 12], tried: [2]))
    // The same as the last two words of four.
    let wide = stride(from: 0, to: 14, by: 2).flatMap { node -> [UInt32] in
      [12, 12, picks[node], picks[node + 1]]
    }
    #expect(tree.match(wide, stride: 4, offset: 2) == tree.match(picks, stride: 2))
  }

  @Test func nodesBeyondTheCountAndBelowNoTokenDoNotExist() {
    var cut = tree
    cut.nodes = 5
    #expect(
      cut.match([12, 0, 12, 0, 0, 0, 0])
        == result(0, bonus: 12, nodes: 5, path: [0, 2], tokens: [10, 12], tried: [2, 1]))
    cut.tokens[2] = NO_TOKEN
    #expect(
      cut.match([NO_TOKEN, 0, 14, 0, 0])
        == result(0, bonus: NO_TOKEN, nodes: 5, path: [0], tokens: [10], tried: [1]))
  }

  @Test func malformedTreesAreRefused() {
    for nodes in [0, 9, NO_NODE] as [UInt32] {
      var bad = tree
      bad.nodes = nodes
      let status = nodes == 0 ? STATUS_IDLE : STATUS_MALFORMED_TREE  // without nodes it sits out the round
      #expect(bad.match([12]) == result(status, bonus: 0, nodes: nodes, path: [0], tokens: [10]))
    }
    for parent in [6, 7, NO_NODE] as [UInt32] {
      var bad = tree
      bad.parents[6] = parent
      let expected = result(STATUS_MALFORMED_TREE, bonus: 0, nodes: 7, path: [0], tokens: [10])
      #expect(bad.match([12]) == expected)
      #expect(bad.siblings(mode: SIBLINGS_ONE_HOT, [1, 1, 1], []) == expected)
    }
  }

  /// P == Q accepts every first child, whatever is drawn.
  @Test(arguments: [SIBLINGS_WITH_REPLACEMENT, SIBLINGS_WITHOUT_REPLACEMENT])
  func equalRowsAcceptTheFirstChild(mode: UInt32) {
    let round = Round(tokens: [2, 1, 0, 2, 1, 0], parents: [NO_NODE, 0, 0, 1, 1, 3], nodes: 6)
    let rows = Array(repeatElement([3, 4, 5] as [UInt32], count: 6).joined())
    let value = round.siblings(mode: mode, rows[..<15] + [0, 9, 0], rows)
    #expect(
      value == result(0, bonus: 1, nodes: 6, path: [0, 1, 3, 5], tokens: [2, 1, 2, 0], tried: [1, 1, 1]))
  }

  @Test func siblingsReportMalformedDraftsAndEmptyRows() {
    let round = Round(tokens: [2, 1, 0], parents: [NO_NODE, 0, 0], nodes: 3)
    let bad = { (status: UInt32) in
      let tried: [UInt32] = status == STATUS_MALFORMED_DRAFT ? [1] : []
      return result(status, bonus: 0, nodes: 3, path: [0], tokens: [2], tried: tried)
    }
    let rows: [UInt32] = [1, 1, 1, 1, 1, 1, 1, 1, 1]
    #expect(round.siblings(mode: 0, rows, [1, 0, 1]) == bad(STATUS_MALFORMED_DRAFT))
    #expect(round.siblings(mode: 1, rows, [0, 0, 0]) == bad(STATUS_MALFORMED_DRAFT))
    var outside = round
    outside.tokens[1] = 3
    for mode in 0...2 as ClosedRange<UInt32> {
      #expect(outside.siblings(mode: mode, rows, rows) == bad(STATUS_MALFORMED_DRAFT))
      let empty = round.siblings(mode: mode, [0, 0, 0], rows, status: STATUS_NOT_FINITE)
      #expect(empty == bad(STATUS_EMPTY_ROW | STATUS_NOT_FINITE))
    }
  }

  /// Without replacement, a child that uses up the draft's row counts as the last, even if another one follows.
  @Test func anExhaustedDraftRowEndsTheSiblings() {
    let round = Round(tokens: [2, 1, 0], parents: [NO_NODE, 0, 0], nodes: 3)
    let value = round.siblings(mode: SIBLINGS_WITHOUT_REPLACEMENT, [3, 0, 0], [0, 4, 0])
    #expect(value == result(0, bonus: 0, nodes: 3, path: [0], tokens: [2], tried: [1]))
  }

  @Test func promptLookupFindsTheEarliestLongestMatch() {
    func lookup(_ history: [UInt32], _ minimum: UInt32, _ maximum: UInt32, count: UInt32 = 3) -> [UInt32] {
      let tokens = mutableOperand([UInt32](repeating: 77, count: 5))
      let words = mutableOperand(state(UInt32(history.count - 1)))
      Reference.promptLookup(
        PromptLookup(
          minimum: minimum, maximum: maximum, count: count, sequences: 1,
          historyCapacity: UInt32(history.count), capacity: 5), history: operand(history),
        state: words, tokens: tokens)
      #expect(tokens[Int(words[Int(STATE_NODES)])...].allSatisfy { $0 == 77 })
      return Array(tokens[..<Int(words[Int(STATE_NODES)])])
    }
    #expect(lookup([1, 2, 3, 9, 2, 3, 8, 1, 2, 3], 1, 2) == [3, 9, 2, 3])
    #expect(lookup([5, 3, 1, 2, 3], 1, 4) == [3, 1, 2, 3])
    #expect(lookup([5, 3, 1, 2, 3], 2, 4) == [3])
    #expect(lookup([4, 4], 1, 4) == [4, 4])
    #expect(lookup([4, 4, 4, 4], 1, 4, count: 2) == [4, 4])
    #expect(lookup([4], 1, 4) == [4])
    #expect(lookup([1, 7, 8, 6, 1], 1, 1, count: 2) == [1, 7, 8])
  }

  @Test func gatherTokensFollowsItsSource() {
    let tokens = mutableOperand([UInt32](repeating: 77, count: 5))
    Reference.gatherTokens(
      GatherTokens(first: 1, count: 3, sequences: 1, candidates: 3, capacity: 5),
      candidates: operand([30, 31, 32]), source: operand([2, 0, 3]), state: operand(state(20)), tokens: tokens
    )
    #expect(Array(tokens) == [77, 32, 30, NO_TOKEN, 77])
  }

  @Test func commitRoundAppendsAndAStatusChangesNothingElse() {
    let round = result(0, bonus: 50, nodes: 7, path: [0, 2, 5], tokens: [10, 12, 13])
    let history = mutableOperand([UInt32](repeating: 77, count: 23))
    let words = mutableOperand(state(20, nodes: 7))
    let tokens = mutableOperand([10, 12] as [UInt32])
    let p = CommitRound(maximumNodes: 8, historyCapacity: 23, sequences: 1, capacity: 2)
    Reference.commitRound(p, result: operand(round), state: words, tokens: tokens, history: history)
    #expect(Array(history[19...]) == [77, 10, 12, 13])  // the bonus lies beyond the capacity
    #expect(Array(words) == [23, 5, 6, 7, 5, 0, 0, 0] && Array(tokens) == [50, 12])
    let failed = result(STATUS_EMPTY_ROW, bonus: 0, nodes: 7, path: [0, 1], tokens: [10, 11])
    Reference.commitRound(p, result: operand(failed), state: words, tokens: tokens, history: history)
    #expect(Array(words) == [23, 5, 6, 7, 5, STATUS_EMPTY_ROW, 0, 0] && Array(tokens) == [50, 12])
    let idle = result(STATUS_IDLE, bonus: 0, nodes: 0, path: [0], tokens: [10])
    Reference.commitRound(p, result: operand(idle), state: words, tokens: tokens, history: history)
    #expect(Array(words) == [23, 5, 6, 7, 5, STATUS_EMPTY_ROW, 0, 0] && Array(tokens) == [50, 12])
    Reference.advanceState(AdvanceState(rows: 4, ownNodes: 0, sequences: 1), state: words)
    #expect(words[0] == 27)
  }
}
