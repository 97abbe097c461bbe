import Numerics
import ShaderInterface

extension Reference {
  /// A mixture of two integer distributions or the residual of the first over the second, with a total of at most 2^30.
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
      let (totalA, totalB) = (UInt64(totalsA[2 * r]), UInt64(totalsB[2 * r]))
      var (f, g) = (totalB, totalA)
      if p.mode == COMBINE_MIXTURE {
        (f, g) = (UInt64(p.share) &* totalB, (1 << 31 &- UInt64(p.share)) &* totalA)
        let drop = UInt64(max(0, 33 - max(f, g).leadingZeroBitCount))
        (f, g) = (f >> drop, g >> drop)
      }
      let combined = (r * vocabulary..<(r + 1) * vocabulary).map { i in
        let (x, y) = (UInt64(a[i]) &* f, UInt64(b[i]) &* g)
        return p.mode == COMBINE_MIXTURE ? x &+ y : x > y ? x - y : 0
      }
      let sum = combined.reduce(0, &+)
      let shift = UInt64(max(0, 64 - sum.leadingZeroBitCount - Int(REDUCED_TOTAL_BITS)))
      var running: UInt64 = 0
      for (v, weight) in combined.enumerated() {
        weights[r * vocabulary + v] = UInt32(
          truncatingIfNeeded: (running &+ weight) >> shift &- running >> shift)
        running &+= weight
      }
      let status = totalsA[2 * r + 1] | totalsB[2 * r + 1]
      totals[2 * r] = UInt32(truncatingIfNeeded: sum >> shift)
      totals[2 * r + 1] = sum == 0 ? status | STATUS_EMPTY_ROW : status
      let whole = p.mode == COMBINE_MIXTURE ? sum : totalA * totalB
      for (i, word) in [sum, sum >> 32, whole, whole >> 32].enumerated() {
        mass[4 * r + i] = UInt32(truncatingIfNeeded: word)
      }
    }
  }
}
