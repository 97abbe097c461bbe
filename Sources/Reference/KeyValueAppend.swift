import Numerics
import ShaderInterface

extension Reference {
  /// Stores row r's key and value as halves in slot `STATE_LENGTH` + firstRow + r, if that is below `slots`.
  ///
  /// `rotated`: f32 [rows][keyStride]; `projected`: f32 [rows][valueStride]; `state`: u32;
  /// `cache`: f16 [2][slots][keyColumns] in words, keys then values.
  public static func keyValueAppend(
    _ p: ShaderInterface.KeyValueAppend, rotated: UnsafeBufferPointer<Float>,
    projected: UnsafeBufferPointer<Float>, state: UnsafeBufferPointer<UInt32>,
    cache: UnsafeMutableBufferPointer<UInt32>
  ) {
    let rowWords = Int(p.keyColumns / 2)
    let values = Int(p.slots) * rowWords
    for r in 0..<Int(p.rows) {
      let slot = Int(state[Int(STATE_LENGTH)]) + Int(p.firstRow) + r
      guard slot < Int(p.slots) else { continue }
      let key = r * Int(p.keyStride) + Int(p.keyOffset)
      let value = r * Int(p.valueStride) + Int(p.valueOffset)
      for w in 0..<rowWords {
        let word = slot * rowWords + w
        cache[word] = halves(rotated[key + 2 * w], rotated[key + 2 * w + 1])
        cache[values + word] = halves(projected[value + 2 * w], projected[value + 2 * w + 1])
      }
    }
  }

  private static func halves(_ even: Float, _ odd: Float) -> UInt32 {
    UInt32(halfBits(of: even)) | UInt32(halfBits(of: odd)) << 16
  }
}
