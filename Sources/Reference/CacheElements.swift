import Numerics
import ShaderInterface

/// Reads the keys or the values of a cache: words [slots][rowWords] in one of the `CACHE_` formats.
struct CacheElements {
  let words: UnsafeBufferPointer<UInt32>
  let format: U32
  let rowWords, columns: Int

  init(words: UnsafeBufferPointer<UInt32>, format: U32, rowWords: U32, columns: U32) {
    self.words = words
    self.format = format
    self.rowWords = Int(rowWords)
    self.columns = Int(columns)
  }

  init(_ words: UnsafeBufferPointer<UInt32>, of p: ShaderInterface.TreeAttention) {
    self.init(words: words, format: p.format, rowWords: p.rowWords, columns: p.keyHeads * p.headSize)
  }

  @inline(__always)
  func value(slot: Int, column: Int) -> Float {
    let row = slot * rowWords
    switch format {
    case CACHE_F16: return float(halves: words, at: 2 * row + column)
    case CACHE_BF16:
      return float(bfloat: UInt16(truncatingIfNeeded: words[row + column / 2] >> UInt32(column % 2 * 16)))
    default:
      let byte = Int8(truncatingIfNeeded: words[row + column / 4] >> UInt32(column % 4 * 8))
      let scale = float(halves: words, at: 2 * (row + columns / 4) + column / Int(CACHE_Q8_BLOCK))
      return Float(byte) * scale
    }
  }
}

/// One slot's row of `columns` elements in the format's words, zero padding included.
func cacheRow(_ x: UnsafeBufferPointer<Float>, format: U32, rowWords: Int) -> [UInt32] {
  var words = [UInt32](repeating: 0, count: rowWords)
  func put(half bits: UInt16, at index: Int) { words[index / 2] |= UInt32(bits) << UInt32(index % 2 * 16) }
  switch format {
  case CACHE_F16: for c in x.indices { put(half: halfBits(of: x[c]), at: c) }
  case CACHE_BF16: for c in x.indices { put(half: bfloatBits(of: x[c]), at: c) }
  default:
    let block = Int(CACHE_Q8_BLOCK)
    for b in 0..<(x.count + block - 1) / block {
      let (scale, bytes) = signedBytes(x[b * block..<min((b + 1) * block, x.count)].map(flush))
      put(half: scale, at: x.count / 2 + b)
      for (i, byte) in bytes.enumerated() {
        let c = b * block + i
        words[c / 4] |= UInt32(UInt8(bitPattern: byte)) << UInt32(c % 4 * 8)
      }
    }
  }
  return words
}

/// The bits of the f16 scale and the bytes of one block of flushed values.
private func signedBytes(_ x: [Float]) -> (scale: UInt16, bytes: [Int8]) {
  let zeros = [Int8](repeating: 0, count: x.count)
  guard x.allSatisfy(\.isFinite) else { return (0x7e00, zeros) }
  let greatest = x.reduce(0) { maximum($0, abs($1)) }
  let scale = halfBits(of: flush(greatest * INVERSE_127))
  guard scale < 0x7c00 else { return (0x7e00, zeros) }
  guard scale > 0 else { return (0, zeros) }
  let inverse = reciprocal(float(half: scale))
  return (scale, x.map { Int8(max(-127, min(127, (flush($0 * inverse) + 0.5).rounded(.down)))) })
}
