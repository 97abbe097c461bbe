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
      let words = UnsafeMutableBufferPointer(
        rebasing: out[r * (byteWords + 4)..<(r + 1) * (byteWords + 4)])
      words.update(repeating: 0)
      words[byteWords] = quantize(x[r * columns..<(r + 1) * columns], to: words).bitPattern
    }
  }

  /// The same for each block of 32.
  ///
  /// `out`: u32 [rows][chunks of 128 columns][36], a chunk's bytes, zeros past the end, then the scales of its four blocks.
  public static func quantizeBlocks(
    _ p: ShaderInterface.QuantizeRows, x: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<UInt32>
  ) {
    let (columns, block, chunk) = (Int(p.columns), Int(BLOCK_INPUTS), Int(DOT_CHUNK))
    let (chunks, chunkWords) = ((columns + chunk - 1) / chunk, Int(QUANTIZED_CHUNK_WORDS))
    out[0..<Int(p.rows) * chunks * chunkWords].update(repeating: 0)
    for r in 0..<Int(p.rows) {
      for first in stride(from: 0, to: columns, by: block) {
        let words = UnsafeMutableBufferPointer(
          rebasing: out[(r * chunks + first / chunk) * chunkWords..<out.count])
        let bytes = UnsafeMutableBufferPointer(rebasing: words[first % chunk / 4..<words.count])
        let scale = quantize(x[r * columns + first..<r * columns + min(first + block, columns)], to: bytes)
        words[chunk / 4 + first % chunk / block] = scale.bitPattern
      }
    }
  }

  /// Sets the bytes of some numbers in words of zeros, and returns their scale.
  private static func quantize(
    _ x: Slice<UnsafeBufferPointer<Float>>, to words: UnsafeMutableBufferPointer<UInt32>
  ) -> Float {
    let values = x.map(flush)
    let greatest = Float(bitPattern: values.map { $0.bitPattern & 0x7fff_ffff }.reduce(0, max))
    guard greatest <= 0x1p60 else { return Float(bitPattern: NAN_BITS) }  // a NaN too
    guard greatest >= 0x1p-60 else { return 0 }
    let inverse = 127 * reciprocal(greatest)
    for (i, value) in values.enumerated() {
      let magic: Float = 0x1.8p23  // the last bit of a sum with it is 1
      let nearest = Int32((value * inverse + magic).bitPattern) - Int32(magic.bitPattern)
      let byte = UInt8(bitPattern: Int8(min(max(nearest, -127), 127)))
      words[i / 4] |= UInt32(byte) << UInt32(i % 4 * 8)
    }
    return greatest * INVERSE_127
  }
}
