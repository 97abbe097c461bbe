import Numerics
import ShaderInterface

extension Reference {
  /// out[r] = (token drawn from row r for its own position, status of the row).
  ///
  /// The position is `STATE_LENGTH` + depths[r] + 1, so a token depends on nothing but seed, position, stream and row.
  /// `weights`: u32 [rows][vocabulary]; `totals`: u32 [rows][2]; `depths`: u32 [rows]; `state`: u32;
  /// `owners`: u32 [rows], read in a batch;
  /// `out`: u32 [rows][2]. A zero total gives (0, status | `STATUS_EMPTY_ROW`), a row of no sequence (0, `STATUS_MALFORMED_TREE`).
  public static func drawTarget(
    _ p: ShaderInterface.DrawTarget, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, depths: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<UInt32>
  ) {
    let vocabulary = Int(p.vocabulary)
    for r in 0..<Int(p.rows) {
      guard let own = rowState(r, state, owners: owners, sequences: p.sequences) else {
        (out[2 * r], out[2 * r + 1]) = (0, STATUS_MALFORMED_TREE)
        continue
      }
      var source = KeyedUniforms(seed: seed(of: own))
      let row = UnsafeBufferPointer(rebasing: weights[r * vocabulary..<(r + 1) * vocabulary])
      let total = UInt64(totals[2 * r])
      let position = own[Int(STATE_LENGTH)] &+ depths[r] &+ 1
      let empty = total == 0
      out[2 * r] = 0
      if !empty {
        out[2 * r] = drawTarget(
          weights: row, total: total, position: position, stream: p.stream, source: &source)
      }
      out[2 * r + 1] = totals[2 * r + 1] | (empty ? STATUS_EMPTY_ROW : 0)
    }
  }

  /// A token of one target row, with probability weight / total. `total` is the sum of `weights`, not 0.
  public static func drawTarget<Source: UniformSource>(
    weights: UnsafeBufferPointer<UInt32>, total: UInt64, position: UInt32, stream: UInt32 = 0,
    source: inout Source
  ) -> UInt32 {
    pick(weights, source.uniform(below: total, role: ROLE_TARGET, position: position, index: stream))
  }

  /// The state of the sequence that packed row `r` belongs to; nil for a row of none. A sequence alone owns every row.
  static func rowState(
    _ r: Int, _ state: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>, sequences: UInt32
  ) -> UnsafeBufferPointer<UInt32>? {
    if sequences <= 1 { return state }
    guard owners[r] < sequences else { return nil }
    return UnsafeBufferPointer(rebasing: state[(Int(owners[r]) * Int(STATE_WORDS))...])
  }

  /// The request's seed in a sequence's state.
  static func seed(of state: UnsafeBufferPointer<UInt32>) -> UInt64 {
    UInt64(state[Int(STATE_SEED_LOW)]) | UInt64(state[Int(STATE_SEED_HIGH)]) << 32
  }
}
