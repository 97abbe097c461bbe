import Foundation
import Numerics
import ShaderInterface
import Testing

@testable import Reference

struct AttentionCase: CustomTestStringConvertible {
  var length: Int
  var rows: Int
  var firstRow = 0
  var heads = 4
  var keyHeads = 2
  var headSize = 8
  var maskWords = 0
  var adversarial = false
  var window = 0
  var softCap: Float = 0
  var format = CACHE_F16
  var testDescription: String {
    """
    length \(length) rows \(rows) from \(firstRow) heads \(heads)/\(keyHeads)x\(headSize) mask \(maskWords) \
    window \(window) cap \(softCap) format \(format)
    """
  }

  /// Lengths around the chunk of 64 and the span of 256, heads around 16 lanes and the dot chunk of 128.
  static let all: [AttentionCase] =
    [0, 1, 62, 63, 64, 65, 127, 128, 200, 253, 256, 319, 510, 600].map { AttentionCase(length: $0, rows: 3) }
    + [
      AttentionCase(length: 100, rows: 5, firstRow: 2, headSize: 30, maskWords: 1),
      AttentionCase(length: 63, rows: 40, headSize: 64, maskWords: 2, adversarial: true),
      AttentionCase(length: 10, rows: 70),
      AttentionCase(length: 70, rows: 2, heads: 1, keyHeads: 1, headSize: 200),
      AttentionCase(length: 0, rows: 6, maskWords: 1), AttentionCase(length: 130, rows: 4, adversarial: true),
      AttentionCase(length: 150, rows: 6, maskWords: 1, window: 70),
      AttentionCase(length: 5, rows: 40, window: 4), AttentionCase(length: 90, rows: 3, softCap: 0.5),
      AttentionCase(length: 90, rows: 3, headSize: 256, softCap: 30),
      AttentionCase(length: 70, rows: 3, maskWords: 1, format: CACHE_BF16),
      AttentionCase(length: 70, rows: 3, headSize: 96, maskWords: 1, format: CACHE_Q8),
      AttentionCase(length: 70, rows: 3, headSize: 80, maskWords: 1, format: CACHE_Q8),
    ]
}

@Suite struct AttentionTests {
  @Test(arguments: AttentionCase.all)
  func equalsFastAndFloat64(c: AttentionCase) {
    var random = SplitMix64(UInt64(c.length + c.rows))
    let slots = c.length + c.firstRow + c.rows + 3
    let columns = c.keyHeads * c.headSize
    let stride = (c.heads + c.keyHeads) * c.headSize
    let values = c.adversarial ? random.adversarial(2 * slots * columns) : random.floats(2 * slots * columns)
    let rowWords = c.format == CACHE_Q8 ? (columns / 4 + (columns / 32 + 1) / 2 + 3) / 4 * 4 : columns / 2
    func packed(_ rows: Range<Int>) -> UnsafeBufferPointer<UInt32> {
      operand(
        rows.flatMap { row in
          let x = values[row * columns..<(row + 1) * columns].map { min(max($0, -4), 4) }
          return cacheRow(operand(x), format: c.format, rowWords: rowWords)
        })
    }
    let (keyWords, valueWords) = (packed(0..<slots), packed(slots..<2 * slots))
    let query = random.floats(c.rows * stride).map { rounded($0 * 4, to: ACTIVATION_BITS_F16) }
    // Any bits, also above the rows of the mask, which never count; the last row sees nothing in flight.
    let inFlight = c.firstRow + c.rows
    var mask = (0..<max(inFlight * c.maskWords, 1)).map { _ in
      UInt32.random(in: 0...UInt32.max, using: &random)
    }
    if c.maskWords > 0 { for w in 1...c.maskWords { mask[mask.count - w] = 0 } }
    let p = TreeAttention(
      rows: U32(c.rows), firstRow: U32(c.firstRow), heads: U32(c.heads), keyHeads: U32(c.keyHeads),
      headSize: U32(c.headSize), queryColumns: U32(stride), maskWords: U32(c.maskWords),
      slots: U32(slots), rowWords: U32(rowWords),
      format: c.format, sequences: 1, pageSize: 0, pagesPerSequence: 0, isCross: 0, window: U32(c.window),
      scale: 0.25, softCap: c.softCap, inverseSoftCap: c.softCap == 0 ? 0 : 1 / c.softCap,
      significantBits: 13, spans: 0, spansPerGroup: 0)
    let depths = (0..<inFlight).map { UInt32($0 * 3 / 4) }
    let none = operand([UInt32.max])
    let state = operand([UInt32(c.length), 0, 0, 0, 0, 0, 0, 0])
    let (a, b) = (poisoned(c.rows * c.heads * c.headSize), poisoned(c.rows * c.heads * c.headSize))
    Reference.treeAttention(
      p, query: operand(query), keys: keyWords, values: valueWords, mask: operand(mask), state: state,
      depths: operand(depths), owners: none, pages: none, out: a)
    Reference.treeAttentionFast(
      p, query: operand(query), keys: keyWords, values: valueWords, mask: operand(mask), state: state,
      depths: operand(depths), owners: none, pages: none, out: b)
    #expect(bits(a) == bits(b))

    let (cachedKeys, cachedValues) = (CacheElements(keyWords, of: p), CacheElements(valueWords, of: p))
    for r in 0..<c.rows {
      let i = c.firstRow + r
      let seen = (0..<inFlight).filter { j in
        c.maskWords == 0 ? j <= i : mask[i * c.maskWords + j / 32] >> UInt32(j % 32) & 1 == 1
      }
      let positions = Array(0..<c.length) + seen.map { c.length + Int(depths[$0]) }
      let position = c.length + Int(depths[i])
      let keys = zip(Array(0..<c.length) + seen.map { c.length + $0 }, positions).filter {
        c.window == 0 || position - $1 < c.window
      }.map(\.0)
      for h in 0..<c.heads {
        let first = h / (c.heads / c.keyHeads) * c.headSize
        let element = { (plane: CacheElements, slot: Int, d: Int) in
          Double(plane.value(slot: slot, column: first + d))
        }
        let q = (0..<c.headSize).map { Double(query[r * stride + h * c.headSize + $0]) }
        let s = keys.map { t in
          let score = (0..<c.headSize).reduce(0.0) { $0 + q[$1] * element(cachedKeys, t, $1) } * 0.25
          return c.softCap == 0 ? score : Double(c.softCap) * tanh(score / Double(c.softCap))
        }
        let e = s.map { exp($0 - (s.max() ?? 0)) }
        let l = e.reduce(0, +)
        // Scores are off by (headSize + 3) * 2^-24 * 0.25 * sum |q k| <= that * |q| * 4; weights by 2^-13 too.
        // A cap lets no error grow and adds 2^-21 of itself.
        let scores =
          Double(c.headSize + 3) * 0x1p-23 * q.map(abs).reduce(0, +) + Double(c.softCap) * 0x1p-21
        let weights = 2 * scores + 0x1p-13 + Double(80 + keys.count / 16) * 0x1p-24
        for d in 0..<c.headSize {
          let v = keys.map { element(cachedValues, $0, d) }
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
    var random = SplitMix64(9)
    let p = KeyValueAppend(
      rows: 3, firstRow: 1, keyColumns: 4, keyStride: 6, keyOffset: 2, valueStride: 9, valueOffset: 5,
      slots: 6, rowWords: 2, format: CACHE_F16, sequences: 1, pageSize: 0, pagesPerSequence: 0)
    let (rotated, projected) = (random.adversarial(18), random.adversarial(27))
    let planes = (0..<2).map { _ in mutableOperand([UInt32](repeating: 0xdead_beef, count: 6 * 2)) }
    let none = operand([UInt32.max])
    Reference.keyValueAppend(
      p, rotated: operand(rotated), projected: operand(projected), state: operand([3, 0, 0, 0, 0, 0, 0, 0]),
      owners: none, pages: none, keys: planes[0], values: planes[1])
    for slot in 0..<6 {
      for c in 0..<4 {
        let word = slot * 2 + c / 2
        let half = { (plane: Int) in
          UInt16(truncatingIfNeeded: planes[plane][word] >> UInt32(c % 2 * 16))
        }
        if slot < 4 {
          #expect(planes[0][word] == 0xdead_beef && planes[1][word] == 0xdead_beef)
        } else {
          #expect(half(0) == halfBits(of: rotated[(slot - 4) * 6 + 2 + c]))
          #expect(half(1) == halfBits(of: projected[(slot - 4) * 9 + 5 + c]))
        }
      }
    }
  }

  /// Block scale f16(a / 127): an element is off by half a scale, and by what rounding the scale moves its byte.
  @Test func signedBytesAreNearTheirElements() {
    var random = SplitMix64(21)
    for exponent in [-30, -20, -14, -3, 0, 9, 20] {
      let x = random.floats(64).map { $0 * Float(sign: .plus, exponent: exponent, significand: 1) }
      let row = operand(cacheRow(operand(x), format: CACHE_Q8, rowWords: 20))
      let cache = CacheElements(words: row, format: CACHE_Q8, rowWords: 20, columns: 64)
      for c in x.indices {
        let block = x[c / 32 * 32..<c / 32 * 32 + 32].map(abs).max() ?? 0
        let error = abs(cache.value(slot: 0, column: c) - x[c])
        // A subnormal scale is a multiple of 2^-24.
        #expect(error <= block / 127 * 0.51 + block * 0x1p-11 + 127 * 0x1p-25, "\(x[c])")
      }
    }
  }

  @Test(arguments: [Float.infinity, .nan, 1e9])
  func whatBytesCannotHoldIsNoNumber(bad: Float) {
    var x = [Float](repeating: 1, count: 96)
    x[40] = bad
    let row = operand(cacheRow(operand(x), format: CACHE_Q8, rowWords: 28))
    let cache = CacheElements(words: row, format: CACHE_Q8, rowWords: 28, columns: 96)
    for c in x.indices {
      let value = cache.value(slot: 0, column: c)
      #expect(c / 32 == 1 ? value.isNaN : abs(value - 1) < 0x1p-10)
    }
    #expect(row[26] == 0 && row[27] == 0, "padding")
  }

  @Test func bfloatsAreTheNearest() {
    #expect(bfloatBits(of: 1) == 0x3f80 && bfloatBits(of: -2) == 0xc000)
    #expect(bfloatBits(of: 0x1.01p0) == 0x3f80 && bfloatBits(of: 0x1.03p0) == 0x3f82, "ties to even")
    #expect(bfloatBits(of: -0x1.fep-41) == 0 && bfloatBits(of: 0x1p-40) == 0x2b80)
    #expect(bfloatBits(of: .infinity) == 0x7f80 && bfloatBits(of: .greatestFiniteMagnitude) == 0x7f80)
    #expect(float(bfloat: bfloatBits(of: .nan)).isNaN)
  }

  @Test func compactCacheMovesAcceptedSlotsBehindTheRoot() {
    let (slots, rowWords) = (12, 3)
    let before = (0..<slots * rowWords).map { UInt32($0) }
    let (keys, values) = (mutableOperand(before), mutableOperand(before.map { $0 + 1000 }))
    // Root in slot 4; accepted nodes 2, 3, 6 lie in slots 6, 7, 10.
    let result: [UInt32] = [0, 3, 50, 8, 7, 0, 0, 0, 0, 2, 3, 6, 0, 0, 0, 0]
    Reference.compactCache(
      CompactCache(rowWords: 3, slots: 12, maximumNodes: 4, sequences: 1, pageSize: 0, pagesPerSequence: 0),
      result: operand(result), pages: operand([UInt32.max]), keys: keys, values: values)
    let from = [5: 6, 6: 7, 7: 10]
    for word in before.indices {
      let slot = word / rowWords
      let source = word + ((from[slot] ?? slot) - slot) * rowWords
      #expect(keys[word] == before[source] && values[word] == before[source] + 1000)
    }
  }
}
