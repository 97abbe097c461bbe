import Numerics
import Reference
import ShaderInterface
import Testing

/// Mixtures, excesses and minima of integer distributions in exact arithmetic.
@Suite struct CombinationTests {
  /// A row of weights with its total.
  struct Row {
    let weights: [UInt32]
    let total: UInt32

    init(_ weights: [UInt32]) {
      self.weights = weights
      total = weights.reduce(0, +)
    }

    init(weights: [UInt32], total: UInt32) {
      self.weights = weights
      self.total = total
    }
  }

  struct Combined {
    let row: Row
    let status: UInt32
    /// T and D.
    let mass: (part: Int128, whole: Int128)
  }

  static func combined(_ a: Row, _ b: Row, _ mode: UInt32, factors: (UInt32, UInt32) = (1, 1)) -> Combined {
    let weights = mutableOperand([UInt32](repeating: 77, count: a.weights.count))
    let totals = mutableOperand([UInt32](repeating: 77, count: 2))
    let mass = mutableOperand([UInt32](repeating: 77, count: 4))
    Reference.combineDistributions(
      CombineDistributions(
        rows: 1, vocabulary: U32(a.weights.count), mode: mode, factorA: factors.0, factorB: factors.1),
      a: operand(a.weights), totalsA: operand([a.total, 0]), b: operand(b.weights),
      totalsB: operand([b.total, 0]), weights: weights, totals: totals, mass: mass)
    return Combined(
      row: Row(weights: Array(weights), total: totals[0]), status: totals[1],
      mass: (Int128(mass[0]) + Int128(mass[1]) << 32, Int128(mass[2]) + Int128(mass[3]) << 32))
  }

  private static let vocabularies = [1, 2, 7, 100, 1000]

  /// Many small weights, a few great ones, a softmax with most tokens gone, and one token alone.
  private static func rows(_ count: Int) -> [Row] {
    var random = SplitMix64(UInt64(count))
    let flat = { (scale: Float) in
      Row(random.floats(count).map { UInt32(abs($0) * scale) + 1 })
    }
    var few = [UInt32](repeating: 0, count: count)
    var alone = few
    for i in 0..<min(count, 5) { few[i * 7919 % count] = 1 << UInt32(28 - 6 * i) + UInt32(i) }
    alone[count / 2] = 3
    return [flat(0x1p20), flat(0x1p18), flat(3), Row(few), Row(alone)]
  }

  private static func pairs(_ count: Int) -> [(a: Row, b: Row)] {
    let rows = rows(count)
    return rows.flatMap { a in rows.map { (a, $0) } }
  }

  /// Every run of tokens has its share of the long total to a unit; so a token's probability is within two units.
  private func expectCutFairly(_ out: Row, of long: [Int128], total: Int128) {
    let shift = Int128(max(0, 128 - total.leadingZeroBitCount - Int(REDUCED_TOTAL_BITS)))
    var (running, reached): (Int128, Int128) = (0, 0)
    for (v, weight) in out.weights.enumerated() {
      running += long[v]
      reached += Int128(weight)
      #expect(reached == running >> shift, "token \(v)")
    }
    #expect(Int128(out.total) == total >> shift)
    if shift > 0 { #expect(out.total >= 1 << 29 && out.total < 1 << 30) }
  }

  @Test(arguments: vocabularies)
  func residualIsWhatTheFirstHasMoreOf(vocabulary: Int) {
    for (a, b) in Self.pairs(vocabulary) {
      let rest = Self.combined(a, b, COMBINE_RESIDUAL)
      let excess = zip(a.weights, b.weights).map {
        max(Int128($0) * Int128(b.total) - Int128($1) * Int128(a.total), 0)
      }
      #expect(rest.mass == (excess.reduce(0, +), Int128(a.total) * Int128(b.total)))
      #expect(rest.status == (rest.mass.part == 0 ? STATUS_EMPTY_ROW : 0))
      expectCutFairly(rest.row, of: excess, total: rest.mass.part)
    }
  }

  /// A row as it enters: where factors differ its total is brought to 31 bits.
  private static func lifted(_ row: Row, _ factors: (UInt32, UInt32)) -> (weights: [Int128], total: Int128) {
    let length = UInt32.bitWidth - row.total.leadingZeroBitCount
    let shift = factors.0 == factors.1 || length == 0 ? 0 : 31 - length
    return (row.weights.map { Int128($0) << shift }, Int128(row.total) << shift)
  }

  /// Factors are cut to units of 2^drop, so U is too great by less than Q and too small by less than P.
  @Test(
    arguments: vocabularies,
    [(1, 0), (3, 1), (1 << 31, 0x1234_5678), (0x7fff_ffff, 1 << 31), (1, 1 << 31)] as [(UInt32, UInt32)])
  func excessIsTheWeightedDifference(vocabulary: Int, factors: (UInt32, UInt32)) {
    for pair in Self.pairs(vocabulary) {
      let rest = Self.combined(pair.a, pair.b, COMBINE_RESIDUAL, factors: factors)
      let (a, b) = (Self.lifted(pair.a, factors), Self.lifted(pair.b, factors))
      let (f, g) = (Int128(factors.0) * b.total, Int128(factors.1) * a.total)
      let drop = max(0, 128 - max(f, g).leadingZeroBitCount - 31)
      let excess = zip(a.weights, b.weights).map { max($0 * f - $1 * g, 0) }
      let whole = max(a.total * f, b.total * g)
      let slack = drop == 0 ? 0 : max(a.total, b.total) << drop
      #expect(abs(rest.mass.part << drop - excess.reduce(0, +)) <= slack)
      #expect(abs(rest.mass.whole << drop - whole) <= slack)
      let long = zip(a.weights, b.weights).map { max($0 * (f >> drop) - $1 * (g >> drop), 0) }
      expectCutFairly(rest.row, of: long, total: rest.mass.part)
    }
  }

  /// A law's probability is off by the factors' cut and a unit of rounding at either end.
  @Test(arguments: vocabularies, [0, 1 << 30, 1 << 31, 0x1234_5678] as [UInt32])
  func mixtureIsTheMixtureOfTheLaws(vocabulary: Int, share: UInt32) {
    let factors = (share, 1 << 31 - share)
    for pair in Self.pairs(vocabulary) {
      let mixed = Self.combined(pair.a, pair.b, COMBINE_MIXTURE, factors: factors)
      let (a, b) = (Self.lifted(pair.a, factors), Self.lifted(pair.b, factors))
      let (f, g) = (Int128(factors.0) * b.total, Int128(factors.1) * a.total)
      let drop = max(0, 128 - max(f, g).leadingZeroBitCount - 31)
      let long = zip(a.weights, b.weights).map { $0 * (f >> drop) + $1 * (g >> drop) }
      let exact = zip(a.weights, b.weights).map { $0 * f + $1 * g }
      let slack = a.total + b.total
      #expect(mixed.mass == (long.reduce(0, +), long.reduce(0, +)) && mixed.status == 0)
      #expect((0...slack << drop).contains(exact.reduce(0, +) - mixed.mass.part << drop))
      expectCutFairly(mixed.row, of: long, total: mixed.mass.part)
    }
  }

  /// However far apart the totals are: a token of a total of 1 or 3 mixed with a softmax, and what one exceeds the other by.
  @Test(arguments: vocabularies, [0.3, 0.5, 0.999] as [Double])
  func smallTotalsDoNotCoarsenTheLaw(vocabulary: Int, share: Double) {
    var one = [UInt32](repeating: 0, count: vocabulary)
    one[vocabulary / 3] = 1
    let rows = Self.rows(vocabulary) + [Row(one)]
    let law = { (row: Row) in row.weights.map { Double($0) / Double(row.total) } }
    let factor = UInt32((share * 0x1p31).rounded())
    for (a, b) in rows.flatMap({ a in rows.map { (a, $0) } }) {
      let mixed = Self.combined(a, b, COMBINE_MIXTURE, factors: (factor, 1 << 31 - factor))
      let rest = Self.combined(a, b, COMBINE_RESIDUAL, factors: (1 << 31, factor))
      let exact = zip(law(a), law(b)).map { (share * $0 + (1 - share) * $1, max($0 - share * $1, 0)) }
      let unit = 2 / Double(mixed.row.total) + 0x1p-28
      #expect(zip(law(mixed.row), exact).allSatisfy { abs($0 - $1.0) <= unit })
      let mass = Double(rest.mass.part) / Double(rest.mass.whole)
      #expect(abs(mass - exact.reduce(0) { $0 + $1.1 }) <= 0x1p-28)
    }
  }

  /// T of the minimum and T of the residual make D: what token rejection accepts, and what it does not.
  @Test(arguments: vocabularies)
  func minimumIsWhatTokenRejectionAccepts(vocabulary: Int) {
    for (a, b) in Self.pairs(vocabulary) {
      let both = Self.combined(a, b, COMBINE_MINIMUM)
      let least = zip(a.weights, b.weights).map {
        min(Int128($0) * Int128(b.total), Int128($1) * Int128(a.total))
      }
      let whole = Int128(a.total) * Int128(b.total)
      #expect(both.mass == (least.reduce(0, +), whole))
      #expect(both.mass.part + Self.combined(a, b, COMBINE_RESIDUAL).mass.part == whole)
      #expect(both.status == 0)
      expectCutFairly(both.row, of: least, total: whole)
    }
  }

  /// max(p - q, p - p') of RAPID by way of min(q, p'): the minimum's weights are off by less than two units of its total N,
  /// so no token is off by more than 2 / N of p's law, all of them together by `vocabulary` times that.
  @Test(arguments: vocabularies)
  func residualOverAMinimumIsTheGreaterResidual(vocabulary: Int) {
    let p = Self.rows(vocabulary)[0]
    for (q, changed) in Self.pairs(vocabulary) {
      let both = Self.combined(q, changed, COMBINE_MINIMUM)
      let rest = Self.combined(p, both.row, COMBINE_RESIDUAL)
      let law = { (row: Row, v: Int) in Double(row.weights[v]) / Double(row.total) }
      let exact = (0..<vocabulary).map { v in
        max(law(p, v) - law(q, v), law(p, v) - law(changed, v), 0)
      }
      let unit = 2 / Double(both.row.total) + 0x1p-50
      let mass = exact.reduce(0, +)
      let found = Double(rest.mass.part) / Double(rest.mass.whole)
      #expect(abs(found - mass) <= unit * Double(vocabulary))
      guard found > 0 && rest.row.total > 0 else { continue }
      for v in 0..<vocabulary {
        let weight = law(rest.row, v) * found
        #expect(abs(weight - exact[v]) <= unit + 2 / Double(rest.row.total) * found, "token \(v)")
      }
    }
  }

  @Test func onlyAnEmptyRowMakesAMinimumEmpty() {
    let (left, right, empty) = (Row([5, 0]), Row([0, 9]), Row([0, 0]))
    let apart = Self.combined(left, right, COMBINE_MINIMUM)
    #expect(apart.row.weights == [0, 0] && apart.row.total == 45 && apart.status == 0)
    #expect(Self.combined(left, apart.row, COMBINE_RESIDUAL).row.weights == [225, 0])
    #expect(Self.combined(left, empty, COMBINE_MINIMUM).status == STATUS_EMPTY_ROW)
    #expect(Self.combined(empty, right, COMBINE_MINIMUM).status == STATUS_EMPTY_ROW)
  }
}
