import Numerics
import Reference
import ShaderInterface
import Testing

/// Trees that `drawGumbel`, `conditionKeys` and `growTree` grow have the law of ``StochasticBeam``.
@Suite struct StochasticBeamSampleTests {
  /// Within five standard deviations, each tree of which so many samples hold more than a few.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func grownTreesHaveTheBeamsLaw(seed: UInt64) {
    let widths = [2, 3]
    let language = Language(vocabulary: 3, largestTotal: 6, seed: seed)
    let samples = 20_000
    var counts: [StochasticBeam.Tree: Int] = [:]
    for tree in GrownBeams(language, widths: widths, count: samples, seed: seed).trees() {
      counts[tree, default: 0] += 1
    }
    let law = StochasticBeam(language: language, cut: .depths(widths)).law()
    #expect(Set(counts.keys).isSubset(of: law.keys))
    var tested = 0
    for (tree, probability) in law {
      let p = Double(probability.numerator) / Double(probability.denominator)
      let deviation = (p * (1 - p) * Double(samples)).squareRoot()
      #expect(abs(Double(counts[tree] ?? 0) - p * Double(samples)) <= 5 * deviation + 1, "\(tree)")
      tested += p * Double(samples) > 20 ? 1 : 0
    }
    #expect(tested > 5, "\(tested) trees are likely enough")
  }
}

/// Many sequences' beams, grown by the reference from one language's draft rows.
private struct GrownBeams {
  private let language: Language
  private let widths: [Int]
  private let count, maximumRows: Int
  private let state: [UInt32]
  // Stores of all sequences.
  private let tokens, rowParents, nodeTokens, nodeParents: UnsafeMutableBufferPointer<UInt32>
  private let scores, sums: UnsafeMutableBufferPointer<Float>

  init(_ language: Language, widths: [Int], count: Int, seed: UInt64) {
    (self.language, self.widths, self.count) = (language, widths, count)
    maximumRows = 1 + widths.reduce(0, +)
    state = (0..<count).flatMap { s -> [UInt32] in
      var words = [UInt32](repeating: 0, count: Int(STATE_WORDS))
      (words[Int(STATE_LENGTH)], words[Int(STATE_SEED_LOW)]) = (30, UInt32(s))
      words[Int(STATE_SEED_HIGH)] = UInt32(seed)
      return words
    }
    func words(_ number: Int) -> UnsafeMutableBufferPointer<UInt32> {
      memory([UInt32](repeating: NO_NODE, count: number))
    }
    (rowParents, nodeTokens) = (words(count * maximumRows), words(count * maximumRows))
    nodeParents = memory([UInt32](repeating: 0, count: count * maximumRows))
    tokens = words(count * maximumRows * language.vocabulary)
    scores = memory([Float](repeating: 0, count: tokens.count))
    sums = memory([Float](repeating: 0, count: tokens.count))
  }

  func trees() -> [StochasticBeam.Tree] {
    var firstRow = 0
    for (depth, width) in widths.enumerated() {
      let rows = depth == 0 ? 1 : widths[depth - 1]
      grow(depth, firstRow: firstRow, rows: rows, width: width)
      firstRow += rows
    }
    let trees = (0..<count).map { s in
      (1..<maximumRows).reduce(into: StochasticBeam.Tree()) { tree, row in
        guard let path = path(s, row) else { return }
        tree[path.dropLast(), default: []].append(path[path.count - 1])
      }
    }
    for store in [tokens, rowParents, nodeTokens, nodeParents] { store.deallocate() }
    for store in [scores, sums] { store.deallocate() }
    return trees
  }

  /// The tokens down to a node of the draft's tree; nil if it does not exist.
  private func path(_ s: Int, _ row: Int) -> [UInt32]? {
    if row == 0 { return [] }
    let node = s * maximumRows + row
    guard nodeTokens[node] != NO_TOKEN else { return nil }
    return path(s, Int(nodeParents[node])).map { $0 + [nodeTokens[node]] }
  }

  private func grow(_ depth: Int, firstRow: Int, rows: Int, width: Int) {
    let vocabulary = language.vocabulary
    let laws = (0..<count * rows).map { input -> [UInt32] in
      let path = path(input / rows, firstRow + input % rows)
      return path.map { language.rows(after: $0).draft } ?? [UInt32](repeating: 0, count: vocabulary)
    }
    let weights = memory(laws.flatMap { $0 })
    let totals = memory(laws.flatMap { law -> [UInt32] in [law.reduce(0, +), 0] })
    let depths = memory([UInt32](repeating: UInt32(depth), count: count * rows))
    let owners = memory((0..<count * rows).map { UInt32($0 / rows) })
    let states = memory(state)
    let drawn = memory([UInt32](repeating: 0, count: laws.count * vocabulary))
    let keys = memory([Float](repeating: 0, count: drawn.count))
    let conditioned = memory([Float](repeating: 0, count: drawn.count))
    Reference.drawGumbel(
      DrawGumbel(
        rows: U32(laws.count), vocabulary: U32(vocabulary), sequences: U32(count), count: U32(vocabulary),
        rowStreams: 1, stream: 0),
      weights: .init(weights), totals: .init(totals), depths: .init(depths), state: .init(states),
      owners: .init(owners), tokens: drawn, keys: keys)
    Reference.conditionKeys(
      ConditionKeys(
        sequences: U32(count), firstRow: U32(firstRow), rows: U32(rows), maximumRows: U32(maximumRows),
        count: U32(vocabulary), vocabulary: U32(vocabulary), firstInput: 0, inputRows: U32(rows)),
      weights: .init(weights), totals: .init(totals), tokens: .init(drawn), keys: .init(keys),
      rowParents: .init(rowParents), scores: .init(scores), sums: sums, out: conditioned)
    Reference.growTree(
      GrowTree(
        sequences: U32(count), firstRow: U32(firstRow), rows: U32(rows), maximumRows: U32(maximumRows),
        count: U32(vocabulary), width: U32(width), firstInput: 0, inputRows: U32(rows),
        accumulates: 0),
      logProbabilities: .init(conditioned), candidates: .init(drawn), tokens: tokens, scores: scores,
      rowParents: rowParents, nodeTokens: nodeTokens, nodeParents: nodeParents)
    for part in [weights, totals, depths, owners, states, drawn] { part.deallocate() }
    for part in [keys, conditioned] { part.deallocate() }
  }
}

private func memory<T>(_ values: [T]) -> UnsafeMutableBufferPointer<T> {
  let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: values.count)
  _ = buffer.initialize(from: values)
  return buffer
}
