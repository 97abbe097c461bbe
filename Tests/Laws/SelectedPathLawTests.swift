import Numerics
import Reference
import ShaderInterface
import Testing

/// One enumeration: a language, and the paths that are drawn from its draft.
struct PathCase: CustomTestStringConvertible {
  var vocabulary: Int
  var paths: Int
  var length: Int
  var largestTotal: Int

  var testDescription: String {
    "vocabulary \(vocabulary) paths \(paths) of \(length) totals \(largestTotal)"
  }

  func selected(_ seed: UInt64) -> SelectedPath {
    SelectedPath(
      language: Language(vocabulary: vocabulary, largestTotal: largestTotal, seed: seed), paths: paths,
      length: length)
  }

  static let all = [
    PathCase(vocabulary: 2, paths: 1, length: 3, largestTotal: 6),
    PathCase(vocabulary: 2, paths: 2, length: 3, largestTotal: 6),
    PathCase(vocabulary: 2, paths: 3, length: 3, largestTotal: 5),
    PathCase(vocabulary: 3, paths: 2, length: 3, largestTotal: 5),
    PathCase(vocabulary: 3, paths: 3, length: 3, largestTotal: 4),
    PathCase(vocabulary: 4, paths: 2, length: 3, largestTotal: 5),
    PathCase(vocabulary: 4, paths: 3, length: 3, largestTotal: 6),
    PathCase(vocabulary: 5, paths: 2, length: 3, largestTotal: 7),
    PathCase(vocabulary: 4, paths: 3, length: 2, largestTotal: 6),
    PathCase(vocabulary: 5, paths: 2, length: 2, largestTotal: 8),
    PathCase(vocabulary: 5, paths: 3, length: 2, largestTotal: 8),
    PathCase(vocabulary: 3, paths: 4, length: 2, largestTotal: 4),
    PathCase(vocabulary: 5, paths: 5, length: 1, largestTotal: 7),
  ]
}

/// Greedy multi-path block verification emits the target's law: enumerated, in rational arithmetic, difference 0.
@Suite struct SelectedPathLawTests {
  /// Over every outcome of the draws, the selected path follows the rows that `selectPath` leaves along it, and they depend
  /// on nothing else that was drawn. So a round is one of block verification with a draft of these rows, whose law is
  /// enumerated over every outcome of the verifier.
  @Test(arguments: PathCase.all)
  func outputLawIsTheTargets(c: PathCase) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      let selected = c.selected(seed)
      let skewed = try #require(selected.skewed(), "seed \(seed)")
      var law = chain(skewed, c.length)
      let tokens = law.tokens()
      #expect(totalVariation(tokens, skewed.target(after: [], count: c.length + 1)) == .zero, "seed \(seed)")
      #expect(tokens.values.reduce(.zero, +) == .one)
    }
  }

  /// Block verification of one path of a language's draft. Totals are too great to try every number.
  private func chain(_ language: Language, _ length: Int, shareBits: UInt32 = 2) -> TraversalLaw {
    var law = TraversalLaw(
      language, .independent, siblings: [Int](repeating: 1, count: length), shareBits: shareBits,
      reducedTotalBits: 31)
    law.hasThresholds = true
    return law
  }

  /// Draws, merging, selection and verification by the kernels' own entry points, every answer to every draw tried.
  @Test(arguments: [(3, 2, 1, 3), (2, 3, 1, 3), (2, 2, 2, 2)])
  func wholeRoundsGiveTheTargetsLaw(size: (vocabulary: Int, paths: Int, length: Int, total: Int)) {
    for seed in 1...3 as ClosedRange<UInt64> {
      let language = Language(vocabulary: size.vocabulary, largestTotal: size.total, seed: seed)
      let rounds = Enumeration.law { source in round(language, size.paths, size.length, &source) }
      var law: [[UInt32]: Rational] = [:]
      for (tokens, probability) in rounds {
        for (rest, share) in language.target(after: tokens, count: size.length + 1 - tokens.count) {
          law[tokens + rest, default: .zero] += probability * share
        }
      }
      #expect(
        totalVariation(law, language.target(after: [], count: size.length + 1)) == .zero, "seed \(seed)")
    }
  }

  private func round(_ language: Language, _ paths: Int, _ length: Int, _ source: inout Script) -> [UInt32] {
    var drawn: [[UInt32]] = []
    for path in 0..<paths {
      var tokens: [UInt32] = []
      for depth in 0..<length {
        let rows = language.rows(after: tokens)
        tokens += rows.draft.withUnsafeBufferPointer {
          Reference.drawChildren(
            weights: $0, total: rows.draftTotal, count: 1, replacement: true, position: 20,
            role: ROLE_TRAVERSAL_DRAFT, firstIndex: UInt32(1 + path * length + depth), source: &source)
        }
      }
      drawn.append(tokens)
    }
    var tree = DrawnTree(drawn, language)
    tree.select(paths: paths)
    return tree.verify(shareBits: 1, source: &source)
  }

  @Test func onePathIsLeftAsItWasDrawn() throws {
    for c in PathCase.all where c.paths == 1 {
      for seed in 1...6 as ClosedRange<UInt64> {
        let selected = c.selected(seed)
        let skewed = try #require(selected.skewed())
        var (plain, law) = (chain(selected.language, c.length), chain(skewed, c.length))
        #expect(plain.rounds() == law.rounds())
      }
    }
  }
}

// What looks right and is not, and roundings.
extension SelectedPathLawTests {
  private static let small = PathCase(vocabulary: 3, paths: 2, length: 2, largestTotal: 4)

  /// Largest total variation of the first tokens over random languages, as a share of 1.
  private func worst(_ law: (SelectedPath) throws -> [[UInt32]: Rational]) rethrows -> Rational {
    try (1...6 as ClosedRange<UInt64>).map { seed in
      let selected = Self.small.selected(seed)
      return totalVariation(
        try law(selected), selected.language.target(after: [], count: Self.small.length + 1))
    }.max()!
  }

  @Test func verifyingTheBestPathWithThePlainDraftIsCaught() throws {
    let distance = try worst { selected in
      let skewed = try #require(selected.skewed())
      var law = chain(selected.language, Self.small.length)
      law.drawn = { skewed.rows(after: $0).draft }
      return law.tokens()
    }
    #expect(distance > Rational(1, over: 20))
  }

  /// An order that looks at what was drawn: each path is verified alone, and the longest accepted one is taken.
  @Test func takingTheLongestAcceptedPathIsCaught() {
    let distance = worst { selected in
      var alone = chain(selected.language, Self.small.length)
      let rounds = alone.rounds()
      var law: [[UInt32]: Rational] = [:]
      for (first, probability) in rounds {
        for (second, share) in rounds {
          let longest = second.count > first.count ? second : first
          let count = Self.small.length + 1 - longest.count
          for (rest, part) in selected.language.target(after: longest, count: count) {
            law[longest + rest, default: .zero] += probability * share * part
          }
        }
      }
      return law
    }
    #expect(distance > Rational(1, over: 20))
  }

  /// The rows of the best of three paths, where two were drawn.
  @Test func aWrongNumberOfPathsIsCaught() throws {
    let distance = try worst { selected in
      let skewed = try #require(selected.skewed())
      let other = SelectedPath(language: selected.language, paths: 3, length: Self.small.length)
      var law = chain(try #require(other.skewed()), Self.small.length)
      law.drawn = { skewed.rows(after: $0).draft }
      return law.tokens()
    }
    #expect(distance > Rational(1, over: 50))
  }

  /// Sums cut to a few bits, as large totals cut theirs to 31: the law moves, but no farther than the bound says.
  @Test(arguments: [(5, 2), (6, 2), (6, 3), (8, 3), (10, 4)] as [(UInt32, Int)])
  func roundedRowsKeepTheLawWithinItsBound(bits: UInt32, paths: Int) throws {
    let (length, vocabulary) = (2, 3)
    let distances = try (1...8 as ClosedRange<UInt64>).map { seed in
      let language = Language(vocabulary: vocabulary, largestTotal: 5, seed: seed)
      var selected = SelectedPath(language: language, paths: paths, length: length)
      let exact = try #require(selected.skewed())
      (selected.positionBits, selected.reducedTotalBits) = (bits, bits - 1)
      var law = chain(try #require(selected.skewed(isRounded: true)), length)
      law.drawn = { exact.rows(after: $0).draft }
      return totalVariation(law.tokens(), language.target(after: [], count: length + 1))
    }
    let units = length * (vocabulary + paths * length + paths * paths * paths)
    #expect(distances.max()! <= Rational(4 * units, over: 1 << bits))
    #expect(distances.max()! > .zero)
  }
}
