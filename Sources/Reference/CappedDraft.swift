import Numerics
import ShaderInterface

extension Reference {
  /// Shifts a row and its total left until the total has `bits` bits, so that parts of small weights are not lost in rounding.
  public static func refine(_ row: UnsafeMutableBufferPointer<UInt32>, _ total: inout UInt64, bits: UInt32) {
    let length = UInt32(64 - total.leadingZeroBitCount)
    guard total > 0, length < bits else { return }
    for v in row.indices { row[v] <<= bits - length }
    total <<= UInt64(bits - length)
  }

  /// The part of the draft's row that k-seq takes from every one of its `count` candidates: min(Q, P / r) with r in
  /// 1...count (Sun et al., "SpecTr", 2023), as weights over S.
  ///
  /// Any such part keeps the law. r = 1 + (count - 1) * i / `K_SEQ_STEPS` for the least i at which
  /// r * b >= 1 - (1 - b)^count, b the share of the draft that the part holds: the part then fits into the target
  /// `count` times over.
  public static func cappedDraft(
    target: UnsafeBufferPointer<UInt32>, total: UInt64, draft: UnsafeBufferPointer<UInt32>,
    draftTotal: UInt64, count: UInt64
  ) -> [UInt32] {
    guard draftTotal > 0 else { return Array(draft) }
    let steps = UInt64(K_SEQ_STEPS)
    func part(_ step: UInt64) -> (row: [UInt32], cap: UInt64) {
      let cap = draftTotal * steps / (steps + (count - 1) * step)  // S / r
      return (zip(target, draft).map { min($1, UInt32(truncatingIfNeeded: UInt64($0) * cap / total)) }, cap)
    }
    func fits(_ step: UInt64) -> Bool {
      let (row, cap) = part(step)
      // Rows that contradict their totals wrap in 32 bits.
      let mass = row.reduce(0, &+)
      let one = UInt64(1) << 30
      let missed = rest(of: draftTotal, without: mass) * one / draftTotal  // 1 - b
      var power: UInt32 = 1 << 30
      for _ in 0..<count { power = UInt32(truncatingIfNeeded: (UInt64(power) &* missed) >> 30) }
      return UInt64(mass) * one >= cap * rest(of: one, without: power)
    }
    var (low, high) = (0 as UInt64, steps)  // the least step that fits lies in low...high
    while low < high {
      let middle = (low + high) / 2
      if fits(middle) { high = middle } else { low = middle + 1 }
    }
    return part(low).row
  }
}
