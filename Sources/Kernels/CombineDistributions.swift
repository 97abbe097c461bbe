import ShaderInterface

/// What `combineDistributions` makes of two rows with the laws p and q.
public enum DistributionCombination: Sendable, Hashable {
  /// share * p + (1 - share) * q, share in 0...1 in units of 2^-31.
  case mixture(share: Double)
  /// max(p - q, 0), renormalised.
  case residual
}

extension CommandList {
  /// A linear mixture of the laws of two distributions, or the residual of the first over the second with its mass
  /// (norm(max(p - q, 0)): Leviathan et al., 2023).
  ///
  /// Exact in 64-bit integers (a mixture's two factors to 2^-30 of the greater), then brought to a total of at most
  /// 2^30 by the running sum's own rounding, without chance: each weight is within 1 of its share, sums over runs of
  /// tokens too.
  /// - Parameters:
  ///   - a, b: `rows` rows of one vocabulary.
  ///   - out: rows of the same vocabulary; status of both rows, and `STATUS_EMPTY_ROW` where nothing is left.
  ///   - mass: u32 `[rows][4]`: T and D, low words first. The mass of max(p - q, 0) is T / D, exactly; a mixture has T
  ///     = D.
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
      var share = 0.0
      if case .mixture(let chosen) = combination { share = chosen }
      try require((0...1).contains(share), "share \(share), 0 to 1 are possible")
      let p = ShaderInterface.CombineDistributions(
        rows: UInt32(rows), vocabulary: UInt32(a.vocabulary),
        mode: combination == .residual ? COMBINE_RESIDUAL : COMBINE_MIXTURE,
        share: UInt32((share * 0x1p31).rounded()))
      return Invocation(
        kernel, p,
        [
          .read(a.weights), .read(a.totals), .read(b.weights), .read(b.totals), .write(out.weights),
          .write(out.totals), .write(mass),
        ], groups: (rows, 1), specialization: try rowLanes(lanes, a.vocabulary, passes: 2))
    }
  }
}
