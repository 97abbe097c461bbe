import Numerics
import ShaderInterface

extension Reference {
  /// Rows as signed bytes with one scale each: byte = x * 127 / m to the nearest, scale = m / 127, m the greatest magnitude.
  ///
  /// `x`: f32 [rows][columns]; `out`: u32 [rows][whole sixteens of columns / 4 + 4], the bytes, then the scale and three zeros.
  public static func quantizeRows(
    _ p: ShaderInterface.QuantizeRows, x: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<UInt32>
  ) {
    let columns = Int(p.columns)
    let byteWords = (columns + 15) / 16 * 4
    for r in 0..<Int(p.rows) {
      let row = (0..<columns).map { flush(x[r * columns + $0]) }
      let greatest = Float(bitPattern: row.map { $0.bitPattern & 0x7fff_ffff }.reduce(0, max))
      let words = UnsafeMutableBufferPointer(
        rebasing: out[r * (byteWords + 4)..<(r + 1) * (byteWords + 4)])
      words.update(repeating: 0)
      guard greatest <= 0x1p60 else {  // a NaN too
        words[byteWords] = NAN_BITS
        continue
      }
      guard greatest >= 0x1p-60 else { continue }
      words[byteWords] = (greatest * INVERSE_127).bitPattern
      let inverse = 127 * reciprocal(greatest)
      for (i, value) in row.enumerated() {
        let magic: Float = 0x1.8p23  // the last bit of a sum with it is 1
        let nearest = Int32((value * inverse + magic).bitPattern) - Int32(magic.bitPattern)
        let byte = UInt8(bitPattern: Int8(min(max(nearest, -127), 127)))
        words[i / 4] |= UInt32(byte) << UInt32(i % 4 * 8)
      }
    }
  }
}
