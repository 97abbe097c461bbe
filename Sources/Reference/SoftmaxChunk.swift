import Numerics
import ShaderInterface

/// Maximum, sum and weighted values of some keys' softmax.
struct SoftmaxChunk {
  /// -infinity only where no key has a slot.
  var m: Float
  var l: Float
  var o: [Float]  // [headSize]

  /// `scores` in key order; `value(t, d)` is element d of key t's value; `hasSlot`: some key has one.
  init(scores: [Float], size: Int, hasSlot: Bool, value: (Int, Int) -> Float) {
    let m = scores.reduce(leastMaximum(hasSlot: hasSlot), maximum)
    let e = scores.map { rounded(expNonPositive($0 - m), to: ACTIVATION_BITS_F16) }
    self.m = m
    l = e.reduce(0) { $0 + $1 }
    o = (0..<size).map { d in
      var sum: Float = 0
      for (t, weight) in e.enumerated() { sum = sum + weight * value(t, d) }
      return sum
    }
  }

  init(m: Float, l: Float, o: [Float]) {
    self.m = m
    self.l = l
    self.o = o
  }

  func merged(with next: SoftmaxChunk) -> SoftmaxChunk {
    let n = maximum(m, next.m)
    let a = expNonPositive(m - n)
    let b = expNonPositive(next.m - n)
    return SoftmaxChunk(
      m: n, l: flush(l * a) + flush(next.l * b), o: zip(o, next.o).map { flush($0 * a) + flush($1 * b) })
  }

  /// The merged chunks of each span.
  static func spans(of chunks: [SoftmaxChunk]) -> [SoftmaxChunk] {
    stride(from: 0, to: chunks.count, by: Int(ATTENTION_SPAN)).map { start in
      let span = chunks[start..<min(start + Int(ATTENTION_SPAN), chunks.count)]
      return span.dropFirst().reduce(span.first!) { $0.merged(with: $1) }
    }
  }

  /// The attention of one row and head over its spans; +0 without a key that has a slot.
  static func attention(of spans: [SoftmaxChunk], size: Int, significantBits: UInt32) -> [Float] {
    let zeros = [Float](repeating: 0, count: size)
    guard let first = spans.first else { return zeros }
    let all = spans.dropFirst().reduce(first) { $0.merged(with: $1) }
    guard all.m != -.infinity else { return zeros }
    let inverse = reciprocal(all.l)
    return all.o.map { rounded(flush($0) * inverse, to: significantBits) }
  }
}

/// Where the maximum of a chunk's scores begins: below any number, but above -infinity if some key has a slot, so that
/// scores without weight differ from keys without slots.
@inline(__always)
func leastMaximum(hasSlot: Bool) -> Float { hasSlot ? -Float.greatestFiniteMagnitude : -.infinity }

/// A key's score from its dot product: scaled, and held within -softCap...softCap if that is not 0.
@inline(__always)
func attentionScore(_ p: ShaderInterface.TreeAttention, _ product: Float) -> Float {
  let score = flush(product * p.scale)
  guard p.softCap > 0 else { return score }
  return flush(p.softCap * hyperbolicTangent(flush(score * p.inverseSoftCap)))
}
