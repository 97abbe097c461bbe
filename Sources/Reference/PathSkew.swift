import Numerics
import ShaderInterface

/// What a prefix of the best of several independent paths says about the path's next token.
///
/// Prefixes of one length lie side by side on a line in the order of their ranks, each as long as its probability. The best of
/// K paths begins with the prefix that covers A ..< A + B with probability (A + B)^K - A^K. With Q / S the draft's law after it
/// and F(y) the draft's weights that rank below y, the next token is y with a probability proportional to
/// a^K - b^K = (a - b) (a^(K-1) + a^(K-2) b + ... + b^(K-1)), a = A S + B (F(y) + Q(y)), b = A S + B F(y).
/// a - b = B Q(y), so no difference of nearly equal powers is formed.
public struct PathSkew: Hashable, Sendable {
  /// A and B over a common denominator, exact while their sum is below 2^`positionBits`.
  public private(set) var lower: UInt64 = 0
  public private(set) var width: UInt64 = 1
  private let paths: Int
  private let positionBits: Int
  private let reducedTotalBits: Int

  /// The empty prefix.
  public init(
    paths: Int, positionBits: UInt32 = TOTAL_BITS, reducedTotalBits: UInt32 = REDUCED_TOTAL_BITS
  ) {
    self.paths = paths
    (self.positionBits, self.reducedTotalBits) = (Int(positionBits), Int(reducedTotalBits))
  }

  /// The weights of the next token's law.
  /// - Parameters:
  ///   - draft: Q, with the sum `total`.
  ///   - above: of each token the weights that rank above it.
  public func weights(_ draft: [UInt32], total: UInt32, above: [UInt32]) -> [UInt32] {
    let (begin, end) = (position(0, total), position(total, total))
    let shift = Self.shift(end, to: positionBits)
    let most = UInt64(UInt32(truncatingIfNeeded: end >> shift))
    let shifts = powerShifts(most)
    func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
      powerSum(
        UInt64(UInt32(truncatingIfNeeded: a >> shift)), UInt64(UInt32(truncatingIfNeeded: b >> shift)), shifts
      )
    }
    // The mean of a row's power sums is that of its ends.
    let weightShift = Self.shift(UInt64(total) &* sum(end, begin), to: reducedTotalBits)
    return draft.indices.map { y in
      if draft[y] == 0 { return 0 }
      let reached = total &- above[y]
      let weight = UInt64(draft[y]) &* sum(position(reached, total), position(reached &- draft[y], total))
      let half: UInt64 = weightShift > 0 ? 1 << (weightShift - 1) : 0
      return max(UInt32(truncatingIfNeeded: (weight &+ half) >> weightShift), 1)
    }
  }

  /// Lengthens the prefix by a token with this draft weight, above which weights of the sum `above` rank.
  public mutating func append(_ weight: UInt32, above: UInt32, total: UInt32) {
    let reached = total &- above
    let (begin, end) = (position(reached &- weight, total), position(reached, total))
    let shift = Self.shift(end, to: positionBits)
    let own = width &* UInt64(weight)
    lower = UInt64(UInt32(truncatingIfNeeded: begin >> shift))
    width = UInt64(max(UInt32(truncatingIfNeeded: own >> shift), 1))
  }

  /// Where on the line `mass` of the row's weights lie below.
  private func position(_ mass: UInt32, _ total: UInt32) -> UInt64 {
    lower &* UInt64(total) &+ width &* UInt64(mass)
  }

  private static func shift(_ x: UInt64, to bits: Int) -> UInt64 {
    UInt64(max(0, 64 - x.leadingZeroBitCount - bits))
  }

  /// Before each further power: the shift with which no power sum of positions up to `most` outgrows its bits.
  private func powerShifts(_ most: UInt64) -> [UInt64] {
    var (sum, power): (UInt64, UInt64) = (1, 1)
    return (1..<paths).map { _ in
      let shift = Self.shift(sum &* most &+ power &* most, to: positionBits + 1)
      Self.advance(&sum, &power, most, most, shift)
      return shift
    }
  }

  /// a^(K-1) + a^(K-2) b + ... + b^(K-1) in units of 2^(the sum of `shifts`).
  private func powerSum(_ a: UInt64, _ b: UInt64, _ shifts: [UInt64]) -> UInt64 {
    var (sum, power): (UInt64, UInt64) = (1, 1)
    for shift in shifts { Self.advance(&sum, &power, a, b, shift) }
    return sum
  }

  private static func advance(
    _ sum: inout UInt64, _ power: inout UInt64, _ a: UInt64, _ b: UInt64, _ shift: UInt64
  ) {
    sum = UInt64(UInt32(truncatingIfNeeded: (sum &* a &+ power &* b) >> shift))
    power = UInt64(UInt32(truncatingIfNeeded: (power &* b) >> shift))
  }
}
