import Numerics
import Reference
import ShaderInterface

/// Several independent paths of a language's draft, of which `selectPath` leaves the best: the law of its outcome over all draws,
/// through the kernels' own references.
struct SelectedPath {
  /// The selected tokens, and the draft's rows along them as the verifier gets them.
  struct Selection: Hashable {
    var tokens: [UInt32]
    var rows: [[UInt32]]
  }

  let language: Language
  let paths: Int
  let length: Int
  var positionBits = TOTAL_BITS
  var reducedTotalBits = REDUCED_TOTAL_BITS

  /// Paths are drawn alike, so that those of one choice of paths, in any order, are one outcome.
  func selections() -> [Selection: Rational] {
    let drawn = drafts([]).sorted { $0.key.lexicographicallyPrecedes($1.key) }
    var law: [Selection: Rational] = [:]
    func choose(_ chosen: [[UInt32]], from first: Int, _ ways: Int, _ probability: Rational) {
      guard chosen.count < paths else {
        law[select(chosen), default: .zero] += Rational(ways) * probability
        return
      }
      for index in first..<drawn.count {
        var (next, ways, probability, repeats) = (chosen, ways, probability, 0)
        while next.count < paths {
          repeats += 1
          ways = ways * (next.count + 1) / repeats
          next.append(drawn[index].key)
          probability = probability * drawn[index].value
          choose(next, from: index + 1, ways, probability)
        }
      }
    }
    choose([], from: 0, 1, .one)
    return law
  }

  /// The law of one path.
  private func drafts(_ prefix: [UInt32]) -> [[UInt32]: Rational] {
    guard prefix.count < length else { return [prefix: .one] }
    let rows = language.rows(after: prefix)
    var law: [[UInt32]: Rational] = [:]
    for (token, weight) in rows.draft.enumerated() where weight > 0 {
      for (path, share) in drafts(prefix + [UInt32(token)]) {
        law[path] = Rational(weight, over: rows.draftTotal) * share
      }
    }
    return law
  }

  /// What is left of these paths, merged.
  func select(_ drawn: [[UInt32]]) -> Selection {
    var tree = DrawnTree(drawn, language)
    tree.select(paths: paths, positionBits: positionBits, reducedTotalBits: reducedTotalBits)
    return tree.selection
  }

  /// The language whose draft is the law of the selected path, as the rows along it have it; nil if they depend on more than the
  /// path, or the path does not follow them, which rounded rows need not let it.
  func skewed(isRounded: Bool = false) -> Language? {
    var rows: [[UInt32]: [UInt32]] = [:]
    var followed: [[UInt32]: Rational] = [:]
    for (selection, probability) in selections() {
      var law = Rational.one
      for (depth, token) in selection.tokens.enumerated() {
        let row = selection.rows[depth]
        guard rows.updateValue(row, forKey: Array(selection.tokens[..<depth])) ?? row == row else {
          return nil
        }
        law = law * Rational(row[Int(token)], over: row.reduce(0) { $0 + UInt64($1) })
      }
      followed[selection.tokens, default: .zero] += probability - law
    }
    guard isRounded || followed.values.allSatisfy({ $0 == .zero }) else { return nil }
    return replacingDrafts(by: rows)
  }

  private func replacingDrafts(by rows: [[UInt32]: [UInt32]]) -> Language {
    let original = language
    var language = language
    language.given = { prefix in
      Rows(
        target: original.rows(after: prefix).target, draft: rows[prefix] ?? original.rows(after: prefix).draft
      )
    }
    return language
  }
}

/// Paths merged to a tree of one sequence, with the rows of its nodes.
struct DrawnTree {
  private(set) var tokens, parents, state: [UInt32]
  private var (target, totals): ([UInt32], [UInt32]) = ([], [])
  private var (draft, draftTotals): ([UInt32], [UInt32]) = ([], [])
  private let vocabulary: Int

  private var nodes: Int { Int(state[Int(STATE_NODES)]) }

  init(_ paths: [[UInt32]], _ language: Language) {
    vocabulary = language.vocabulary
    let elements = paths.flatMap { $0 }
    let most = U32(1 + elements.count)
    let unknown = [UInt32](repeating: NO_TOKEN, count: 1 + elements.count)
    (tokens, parents, state) = (unknown, unknown, [20, 0, 0, 1, 0, 0, 0, 0])
    let p = MergePaths(
      sequences: 1, paths: U32(paths.count), maximumLength: U32(paths[0].count), maximumNodes: most,
      capacity: most, merging: 1)
    var operands = [elements, state, tokens, parents, elements]
    withMemory(&operands) { o in
      Reference.mergePaths(
        p, paths: UnsafeBufferPointer(o[0]), state: o[1], tokens: o[2], parents: o[3], nodes: o[4])
    }
    (state, tokens, parents) = (operands[1], operands[2], operands[3])
    var prefixes: [[UInt32]] = [[]]
    for node in 0..<nodes {
      if node > 0 { prefixes.append(prefixes[Int(parents[node])] + [tokens[node]]) }
      let rows = language.rows(after: prefixes[node])
      target += rows.target
      draft += rows.draft
      totals += [UInt32(rows.targetTotal), STATUS_OK]
      draftTotals += [UInt32(rows.draftTotal), STATUS_OK]
    }
  }

  mutating func select(
    paths: Int, positionBits: UInt32 = TOTAL_BITS, reducedTotalBits: UInt32 = REDUCED_TOTAL_BITS
  ) {
    let p = SelectPath(
      maximumNodes: U32(nodes), vocabulary: U32(vocabulary), paths: U32(paths), sequences: 1,
      capacity: U32(nodes), draftRows: U32(nodes))
    var operands = [target, totals, draft, draftTotals, tokens, parents, state]
    withMemory(&operands) { o in
      Reference.selectPath(
        p, weights: UnsafeBufferPointer(o[0]), totals: UnsafeBufferPointer(o[1]), draftWeights: o[2],
        draftTotals: o[3], tokens: o[4], parents: UnsafeBufferPointer(o[5]),
        state: UnsafeBufferPointer(o[6]), positionBits: positionBits, reducedTotalBits: reducedTotalBits)
    }
    (draft, draftTotals, tokens) = (operands[2], operands[3], operands[4])
  }

  /// The path that is left, and the rows of its nodes but the last.
  var selection: SelectedPath.Selection {
    let path = [0] + (1..<nodes).filter { tokens[$0] != NO_TOKEN }
    return SelectedPath.Selection(
      tokens: path.dropFirst().map { tokens[$0] },
      rows: path.dropLast().map { Array(draft[$0 * vocabulary..<($0 + 1) * vocabulary]) })
  }

  /// Ends the round: accepted tokens, then the bonus token.
  func verify<Source: UniformSource>(shareBits: UInt32, source: inout Source) -> [UInt32] {
    let p = VerifyTraversal(
      maximumNodes: U32(nodes), vocabulary: U32(vocabulary), mode: SIBLINGS_WITH_REPLACEMENT, sequences: 1,
      capacity: U32(nodes), draftRows: U32(nodes), stream: 0)
    let result = [UInt32](repeating: 0, count: Int(RESULT_PATH) + Int(RESULT_ARRAYS) * nodes)
    var operands = [target, totals, draft, draftTotals, tokens, parents, state, result]
    withMemory(&operands) { memory in
      let o = memory.map { UnsafeBufferPointer($0) }
      Reference.verifyTraversal(
        p, weights: o[0], totals: o[1], draftWeights: o[2], draftTotals: o[3], tokens: o[4], parents: o[5],
        state: o[6], result: memory[7], shareBits: shareBits, source: &source)
    }
    let path = Int(RESULT_PATH) + nodes
    let accepted = Int(operands[7][Int(RESULT_ACCEPTED)])
    return Array(operands[7][path + 1..<path + 1 + accepted]) + [operands[7][Int(RESULT_BONUS)]]
  }
}

/// Hands out memory with the operands of a kernel, and keeps what it then holds.
private func withMemory(_ operands: inout [[UInt32]], _ body: ([UnsafeMutableBufferPointer<UInt32>]) -> Void)
{
  let memory = operands.map { operand in
    let buffer = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: operand.count)
    _ = buffer.initialize(from: operand)
    return buffer
  }
  defer { for buffer in memory { buffer.deallocate() } }
  body(memory)
  operands = memory.map { Array($0) }
}
