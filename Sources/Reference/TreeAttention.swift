import Numerics
import ShaderInterface

extension Reference {
  /// Softmax attention of in-flight rows over the committed slots and the in-flight rows that they see.
  ///
  /// Keys come in chunks of `ATTENTION_CHUNK`; a chunk has a maximum, a sum and weighted values, summed in key
  /// order from +0; chunks are merged in order (Milakov and Gimelshein, "Online normalizer calculation for
  /// softmax", 2018). `query`: f32 [rows] with a stride of (heads + keyHeads) * headSize; `cache`: f16
  /// [2][slots][keyHeads * headSize] in words; `mask`: u32 [in-flight rows][maskWords]; `state`: u32;
  /// `out`: f32 [rows][heads * headSize]. Keys in slots at or above `slots` are not seen.
  public static func treeAttention(
    _ p: ShaderInterface.TreeAttention, query: UnsafeBufferPointer<Float>,
    cache: UnsafeBufferPointer<UInt32>, mask: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, out: UnsafeMutableBufferPointer<Float>
  ) {
    let (heads, size) = (Int(p.heads), Int(p.headSize))
    let columns = Int(p.keyHeads) * size
    let values = Int(p.slots) * columns
    for r in 0..<Int(p.rows) {
      let slots = visibleSlots(p, row: r, mask: mask, length: Int(state[Int(STATE_LENGTH)]))
      for h in 0..<heads {
        let q = (r * (heads + Int(p.keyHeads)) + h) * size
        let key = h / (heads / Int(p.keyHeads)) * size
        var running = SoftmaxChunk(m: 0, l: 0, o: [])
        for start in stride(from: 0, to: slots.count, by: Int(ATTENTION_CHUNK)) {
          let keys = slots[start..<min(start + Int(ATTENTION_CHUNK), slots.count)]
          let s = keys.map { slot in
            dot(count: size) { d in
              (query[q + d], float(halves: cache, at: slot * columns + key + d))
            } * p.scale
          }
          let m = s.reduce(-.infinity, maximum)
          let e = s.map { rounded(expNonPositive($0 - m), to: ACTIVATION_BITS_F16) }
          var l: Float = 0
          for weight in e { l = l + weight }
          let o = (0..<size).map { d in
            var sum: Float = 0
            for (weight, slot) in zip(e, keys) {
              sum = sum + weight * float(halves: cache, at: values + slot * columns + key + d)
            }
            return sum
          }
          let chunk = SoftmaxChunk(m: m, l: l, o: o)
          running = start == 0 ? chunk : running.merged(with: chunk)
        }
        for d in 0..<size {
          let element = (r * heads + h) * size + d
          out[element] =
            slots.isEmpty ? 0 : rounded(flush(running.o[d]) * reciprocal(running.l), to: p.significantBits)
        }
      }
    }
  }

  /// The slots that row `row` of the call sees, in key order.
  static func visibleSlots(
    _ p: ShaderInterface.TreeAttention, row: Int, mask: UnsafeBufferPointer<UInt32>, length: Int
  ) -> [Int] {
    let i = Int(p.firstRow) + row
    let words = Int(p.maskWords)
    var inFlight = Array(0...i)
    if words > 0 {
      let rows = mask.count / words
      inFlight = (0..<min(rows, words * 32)).filter { j in
        i < rows && mask[i * words + j / 32] >> UInt32(j % 32) & 1 == 1
      }
    }
    return (Array(0..<length) + inFlight.map { length + $0 }).filter { $0 < Int(p.slots) }
  }
}

/// Maximum, sum and weighted values of some keys' softmax.
private struct SoftmaxChunk {
  var m: Float
  var l: Float
  var o: [Float]  // [headSize]

  func merged(with next: SoftmaxChunk) -> SoftmaxChunk {
    let n = maximum(m, next.m)
    let a = expNonPositive(m - n)
    let b = expNonPositive(next.m - n)
    return SoftmaxChunk(
      m: n, l: flush(l * a) + flush(next.l * b), o: zip(o, next.o).map { flush($0 * a) + flush($1 * b) })
  }
}
