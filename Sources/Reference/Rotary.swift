import Numerics
import ShaderInterface

extension Reference {
  /// Turns the first `rotarySize` elements of query and key heads by the angles of position `STATE_LENGTH` +
  /// depths[firstRow + r] (RoFormer), in pairs as `pairing` says; the others pass. +0 where the position lies
  /// outside the table, and in void rows.
  ///
  /// `x`: f32 [rows][inputColumns]; `table`: f32 [positions][rotarySize / 2][2], cosine then sine; `depths`,
  /// `state`, `owners`: u32; `out`: f32 [rows][(heads + keyHeads) * headSize]. Each product is flushed before the add.
  public static func rotary(
    _ p: ShaderInterface.Rotary, x: UnsafeBufferPointer<Float>, table: UnsafeBufferPointer<Float>,
    depths: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    owners: UnsafeBufferPointer<UInt32>, out: UnsafeMutableBufferPointer<Float>
  ) {
    let size = Int(p.headSize)
    let rotarySize = Int(p.rotarySize)
    let pairs = rotarySize / 2
    let heads = Int(p.heads + p.keyHeads)
    let batch = BatchRows(sequences: p.sequences, state: state, owners: owners)
    for r in 0..<Int(p.rows) {
      let row = Int(p.firstRow) + r
      let length = batch.sequence(of: row).map { batch.word($0, STATE_LENGTH) }
      let position = (length ?? 0) + Int(depths[row])
      let inside = length != nil && position < table.count / rotarySize
      for h in 0..<heads {
        let from = r * Int(p.inputColumns) + h * size
        let to = (r * heads + h) * size
        let bits = h < Int(p.heads) ? p.significantBits : 24
        guard inside else {
          for e in 0..<size { out[to + e] = 0 }
          continue
        }
        for i in 0..<pairs {
          let first = p.pairing == ROTARY_INTERLEAVED ? 2 * i : i
          let second = p.pairing == ROTARY_INTERLEAVED ? 2 * i + 1 : i + pairs
          let cosine = table[(position * pairs + i) * 2]
          let sine = table[(position * pairs + i) * 2 + 1]
          let a = x[from + first]
          let b = x[from + second]
          out[to + first] = rounded(flush(a * cosine) - flush(b * sine), to: bits)
          out[to + second] = rounded(flush(b * cosine) + flush(a * sine), to: bits)
        }
        for e in rotarySize..<size { out[to + e] = rounded(x[from + e], to: bits) }
      }
    }
  }
}
