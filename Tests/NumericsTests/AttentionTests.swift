import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

struct AttentionCase: CustomTestStringConvertible {
  var length: Int
  var rows: Int
  var firstRow = 0
  var heads = 4
  var keyHeads = 2
  var headSize = 8
  var maskWords = 0
  var adversarial = false
  var testDescription: String {
    "length \(length) rows \(rows) from \(firstRow) heads \(heads)/\(keyHeads)x\(headSize) mask \(maskWords)"
  }

  /// Lengths around the chunk of 64, heads around 16 lanes and the dot chunk of 128.
  static let all: [AttentionCase] =
    [0, 1, 62, 63, 64, 65, 127, 128, 200].map { AttentionCase(length: $0, rows: 3) } + [
      AttentionCase(length: 100, rows: 5, firstRow: 2, headSize: 30, maskWords: 1),
      AttentionCase(length: 63, rows: 40, headSize: 64, maskWords: 2, adversarial: true),
      AttentionCase(length: 10, rows: 70),
      AttentionCase(length: 70, rows: 2, heads: 1, keyHeads: 1, headSize: 200),
      AttentionCase(length: 0, rows: 6, maskWords: 1), AttentionCase(length: 130, rows: 4, adversarial: true),
    ]
}

@Suite struct AttentionTests {
  @Test(arguments: AttentionCase.all)
  func equalsFastAndFloat64(c: AttentionCase) {
    var random = SplitMix(UInt64(c.length + c.rows))
    let slots = c.length + c.firstRow + c.rows + 3
    let columns = c.keyHeads * c.headSize
    let stride = (c.heads + c.keyHeads) * c.headSize
    let values = c.adversarial ? random.adversarial(2 * slots * columns) : random.floats(2 * slots * columns)
    let cache = values.map { halfBits(of: min(max($0, -4), 4)) }
    let query = random.floats(c.rows * stride).map { rounded($0 * 4, to: ACTIVATION_BITS_F16) }
    // Any bits, also above the rows of the mask, which never count; the last row sees nothing in flight.
    let inFlight = c.firstRow + c.rows
    var mask = (0..<max(inFlight * c.maskWords, 1)).map { _ in
      UInt32.random(in: 0...UInt32.max, using: &random)
    }
    if c.maskWords > 0 { for w in 1...c.maskWords { mask[mask.count - w] = 0 } }
    let p = TreeAttention(
      rows: U32(c.rows), firstRow: U32(c.firstRow), heads: U32(c.heads), keyHeads: U32(c.keyHeads),
      headSize: U32(c.headSize), maskWords: U32(c.maskWords), slots: U32(slots), scale: 0.25,
      significantBits: 13)
    let state = operand([UInt32(c.length), 0, 0, 0, 0, 0, 0, 0])
    let (a, b) = (poisoned(c.rows * c.heads * c.headSize), poisoned(c.rows * c.heads * c.headSize))
    let packed = operand(words(cache))
    Reference.treeAttention(
      p, query: operand(query), cache: packed, mask: operand(mask), state: state, out: a)
    Reference.treeAttentionFast(
      p, query: operand(query), cache: packed, mask: operand(mask), state: state, out: b)
    #expect(bits(a) == bits(b))

    for r in 0..<c.rows {
      let i = c.firstRow + r
      let seen = (0..<inFlight).filter { j in
        c.maskWords == 0 ? j <= i : mask[i * c.maskWords + j / 32] >> UInt32(j % 32) & 1 == 1
      }
      let keys = Array(0..<c.length) + seen.map { c.length + $0 }
      for h in 0..<c.heads {
        let first = h / (c.heads / c.keyHeads) * c.headSize
        let element = { (slot: Int, d: Int) in Double(float(half: cache[slot * columns + first + d])) }
        let q = (0..<c.headSize).map { Double(query[r * stride + h * c.headSize + $0]) }
        let s = keys.map { t in (0..<c.headSize).reduce(0.0) { $0 + q[$1] * element(t, $1) } * 0.25 }
        let e = s.map { exp($0 - (s.max() ?? 0)) }
        let l = e.reduce(0, +)
        // Scores are off by (headSize + 3) * 2^-24 * 0.25 * sum |q k| <= that * |q| * 4; weights by 2^-13 too.
        let scores = Double(c.headSize + 3) * 0x1p-24 * q.map(abs).reduce(0, +)
        let weights = 2 * scores + 0x1p-13 + Double(80 + keys.count / 16) * 0x1p-24
        for d in 0..<c.headSize {
          let v = keys.map { element(slots + $0, d) }
          let exact = keys.isEmpty ? 0 : zip(e, v).reduce(0.0) { $0 + $1.0 * $1.1 } / l
          let magnitude = keys.isEmpty ? 0 : zip(e, v).reduce(0.0) { $0 + $1.0 * abs($1.1) } / l
          let value = Double(a[(r * c.heads + h) * c.headSize + d])
          let bound = weights * (magnitude + abs(exact)) + 0x1p-13 * abs(exact) + 0x1p-50
          #expect(abs(value - exact) <= bound, "row \(r) head \(h) element \(d)")
        }
      }
    }
  }

  @Test func keyValueAppendStoresHalvesAndDropsWhatDoesNotFit() {
    var random = SplitMix(9)
    let p = KeyValueAppend(
      rows: 3, firstRow: 1, keyColumns: 4, keyStride: 6, keyOffset: 2, valueStride: 9, valueOffset: 5,
      slots: 6)
    let (rotated, projected) = (random.adversarial(18), random.adversarial(27))
    let cache = mutableOperand([UInt32](repeating: 0xdead_beef, count: 2 * 6 * 2))
    Reference.keyValueAppend(
      p, rotated: operand(rotated), projected: operand(projected), state: operand([3, 0, 0, 0, 0, 0, 0, 0]),
      cache: cache)
    for slot in 0..<6 {
      for c in 0..<4 {
        let word = slot * 2 + c / 2
        let half = { (plane: Int) in
          UInt16(truncatingIfNeeded: cache[plane * 12 + word] >> UInt32(c % 2 * 16))
        }
        if slot < 4 {
          #expect(cache[word] == 0xdead_beef && cache[12 + word] == 0xdead_beef)
        } else {
          #expect(half(0) == halfBits(of: rotated[(slot - 4) * 6 + 2 + c]))
          #expect(half(1) == halfBits(of: projected[(slot - 4) * 9 + 5 + c]))
        }
      }
    }
  }

  @Test func compactCacheMovesAcceptedSlotsBehindTheRoot() {
    let (slots, rowWords) = (12, 3)
    let before = (0..<2 * slots * rowWords).map { UInt32($0) }
    let cache = mutableOperand(before)
    // Root in slot 4; accepted nodes 2, 3, 6 lie in slots 6, 7, 10.
    let result: [UInt32] = [0, 3, 50, 8, 7, 0, 0, 0, 0, 2, 3, 6]
    Reference.compactCache(
      CompactCache(rowWords: 3, slots: 12, planes: 2), result: operand(result), cache: cache)
    let from = [5: 6, 6: 7, 7: 10]
    for word in before.indices {
      let slot = word / rowWords % slots
      #expect(cache[word] == before[word + ((from[slot] ?? slot) - slot) * rowWords])
    }
  }
}
