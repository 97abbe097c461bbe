import Numerics
import ShaderInterface

extension Reference {
  /// A mixture of two integer distributions, the residual of the first over the second, or what both have, with a total
  /// of at most 2^30.
  ///
  /// `a`, `b`, `weights`: u32 [rows][vocabulary]; `totalsA`, `totalsB`, `totals`: u32 [rows][2]; `mass`: u32 [rows][4].
  public static func combineDistributions(
    _ p: ShaderInterface.CombineDistributions, a: UnsafeBufferPointer<UInt32>,
    totalsA: UnsafeBufferPointer<UInt32>, b: UnsafeBufferPointer<UInt32>,
    totalsB: UnsafeBufferPointer<UInt32>, weights: UnsafeMutableBufferPointer<UInt32>,
    totals: UnsafeMutableBufferPointer<UInt32>, mass: UnsafeMutableBufferPointer<UInt32>
  ) {
    let vocabulary = Int(p.vocabulary)
    for r in 0..<Int(p.rows) {
      // Small totals do not coarsen the factors of the other row. Equal factors cancel.
      let (shiftA, shiftB) =
        p.factorA == p.factorB ? (0, 0) : (leftShift(totalsA[2 * r]), leftShift(totalsB[2 * r]))
      let (totalA, totalB) = (UInt64(totalsA[2 * r] << shiftA), UInt64(totalsB[2 * r] << shiftB))
      var (f, g) = (UInt64(p.factorA) * totalB, UInt64(p.factorB) * totalA)
      let drop = excessBits(max(f, g), over: 31)
      (f, g) = (f >> drop, g >> drop)
      let combined = (r * vocabulary..<(r + 1) * vocabulary).map { i in
        combine(UInt64(a[i] << shiftA) &* f, UInt64(b[i] << shiftB) &* g, mode: p.mode)
      }
      let sum = combined.reduce(0, &+)
      let whole = p.mode == COMBINE_MIXTURE ? sum : max(totalA &* f, totalB &* g)
      let total = p.mode == COMBINE_MINIMUM ? whole : sum
      let shift = excessBits(total, over: REDUCED_TOTAL_BITS)
      var running: UInt64 = 0
      for (v, weight) in combined.enumerated() {
        weights[r * vocabulary + v] = UInt32(
          truncatingIfNeeded: (running &+ weight) >> shift &- running >> shift)
        running &+= weight
      }
      let status = totalsA[2 * r + 1] | totalsB[2 * r + 1]
      totals[2 * r] = UInt32(truncatingIfNeeded: total >> shift)
      totals[2 * r + 1] = total == 0 ? status | STATUS_EMPTY_ROW : status
      for (i, word) in [sum, sum >> 32, whole, whole >> 32].enumerated() {
        mass[4 * r + i] = UInt32(truncatingIfNeeded: word)
      }
    }
  }

  private static func combine(_ x: UInt64, _ y: UInt64, mode: UInt32) -> UInt64 {
    switch mode {
    case COMBINE_RESIDUAL: x > y ? x - y : 0
    case COMBINE_MINIMUM: min(x, y)
    default: x &+ y
    }
  }

  /// With which a total has `TOTAL_BITS` bits.
  private static func leftShift(_ total: UInt32) -> UInt32 {
    TOTAL_BITS - min(UInt32(32 - total.leadingZeroBitCount), TOTAL_BITS)
  }

  /// By how many bits `x` is longer than `bits`.
  private static func excessBits(_ x: UInt64, over bits: UInt32) -> UInt64 {
    UInt64(max(0, 64 - x.leadingZeroBitCount - Int(bits)))
  }
}
