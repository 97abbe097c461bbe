import ShaderInterface

/// What `combineDistributions` makes of two rows with the laws p and q.
public enum DistributionCombination: Sendable, Hashable {
  /// share * p + (1 - share) * q, share in 0...1 in units of 2^-31.
  case mixture(share: Double)
  /// max(a * p - b * q, 0), renormalised; a and b are finite, at least 0 and not both 0, their ratio in units of 2^-31
  /// of the greater.
  case excess(a: Double, b: Double)
  /// min(p, q), which is not renormalised: what token rejection accepts of tokens drawn from q.
  case minimum

  /// max(p - q, 0), renormalised.
  public static let residual = excess(a: 1, b: 1)
}

extension CommandList {
  /// A linear mixture of the laws of two distributions, the excess of the first over the second with its mass
  /// (norm(max(p - q, 0)): Leviathan et al., 2023), or what both have in common.
  ///
  /// Exact in 64-bit integers, but for factors other than 1, each of which, times the other row's total, is cut to a
  /// unit of 2^-30 of the greater. The row is then brought to a total of at most 2^30 by the running sum's own
  /// rounding, without chance: each weight, and each sum over a run of tokens, is within 1 of what it would
  /// be unrounded.
  ///
  /// A minimum is a part of a law: its weights sum to at most its total, to less unless p and q are equal or nearly so. Combine it further (the
  /// residual over it is norm(max(p - q, p - p')) for the minimum of q and p': RAPID, Chen et al., 2025), but draw
  /// nothing from it: a draw gives token 0 for what is missing.
  /// - Parameters:
  ///   - a: `rows` rows of one vocabulary; a minimum may be one.
  ///   - b: likewise.
  ///   - out: rows of the same vocabulary; status of both rows, and `STATUS_EMPTY_ROW` where nothing is left; a minimum
  ///     has it only where a or b has.
  ///   - mass: u32 `[rows][4]`: T and D, low words first. T / D is the mass of max(a p - b q, 0) / max(a, b), or that of
  ///     min(p, q): the probability that token rejection accepts, 1 less the distance in total variation. A mixture has
  ///     T = D.
  ///   - lanes: of a work group, 4, 8 ... 256; nil suits the device and no choice changes a bit.
  public func combineDistributions(
    _ a: DistributionRows, _ b: DistributionRows, _ combination: DistributionCombination,
    out: DistributionRows, mass: Tensor<UInt32>, rows: Int, lanes: Int? = nil
  ) {
    call(.combineDistributions) { kernel throws(Refusal) in
      try requireSizes(rows)
      try a.check(rows: rows, "first")
      try b.check(rows: rows, "second")
      try out.check(rows: rows, "out")
      try require(
        a.vocabulary == b.vocabulary && a.vocabulary == out.vocabulary,
        "vocabularies \(a.vocabulary), \(b.vocabulary) and \(out.vocabulary)")
      try require(mass, rows * 4, "mass")
      let factors = try combination.factors()
      let p = ShaderInterface.CombineDistributions(
        rows: UInt32(rows), vocabulary: UInt32(a.vocabulary), mode: combination.mode, factorA: factors.a,
        factorB: factors.b)
      return Invocation(
        kernel, p,
        [
          .read(a.weights), .read(a.totals), .read(b.weights), .read(b.totals), .write(out.weights),
          .write(out.totals), .write(mass),
        ], groups: (rows, 1), specialization: try rowLanes(lanes, a.vocabulary, passes: 2))
    }
  }
}

extension DistributionCombination {
  fileprivate var mode: UInt32 {
    switch self {
    case .mixture: COMBINE_MIXTURE
    case .excess: COMBINE_RESIDUAL
    case .minimum: COMBINE_MINIMUM
    }
  }

  fileprivate func factors() throws(Refusal) -> (a: UInt32, b: UInt32) {
    switch self {
    case .mixture(let share):
      try require((0...1).contains(share), "share \(share), 0 to 1 are possible")
      let a = UInt32((share * 0x1p31).rounded())
      return (a, 1 << 31 - a)
    case .excess(let a, let b):
      let greater = max(a, b)
      try require(a >= 0 && b >= 0 && greater > 0 && greater < .infinity, "factors \(a) and \(b)")
      let (x, y) = (UInt32((a / greater * 0x1p31).rounded()), UInt32((b / greater * 0x1p31).rounded()))
      let zeros = min(x.trailingZeroBitCount, y.trailingZeroBitCount)  // so that equal factors are 1
      return (x >> zeros, y >> zeros)
    case .minimum: return (1, 1)
    }
  }
}
