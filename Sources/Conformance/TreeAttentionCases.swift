import Kernels
import Numerics
import ShaderInterface

/// The sizes of one attention call.
public struct AttentionShape: Sendable {
  public var rows, firstRow, inFlight: Int
  public var heads, keyHeads, headSize: Int
  /// Slots of the prefix.
  public var length: Int
  /// Words of mask a row; 0 is causal.
  public var maskWords: Int

  public init(
    rows: Int, firstRow: Int = 0, inFlight: Int? = nil, heads: Int, keyHeads: Int, headSize: Int, length: Int,
    maskWords: Int
  ) {
    self.rows = rows
    self.firstRow = firstRow
    self.inFlight = inFlight ?? firstRow + rows
    self.heads = heads
    self.keyHeads = keyHeads
    self.headSize = headSize
    self.length = length
    self.maskWords = maskWords
  }

  var multiplyAdds: Int { 2 * rows * heads * headSize * (length + inFlight) }

  var text: String {
    """
    rows \(rows) from \(firstRow) of \(inFlight), heads \(heads)/\(keyHeads) of \(headSize), length \(length), \
    mask words \(maskWords)
    """
  }
}

extension KernelCase {
  /// Attention under a causal or a tree mask; slots that no row sees hold NaN and infinity.
  public static func treeAttention(
    _ s: AttentionShape, keysPerLane: Int? = nil, random: inout CaseRandom
  ) -> KernelCase {
    let stride = (s.heads + s.keyHeads) * s.headSize
    let mask = random.mask(s)
    let slots = s.length + s.inFlight + random.below(3)
    let scale = random.oneIn(4) ? 1 : Float(1 / Double(s.headSize).squareRoot())
    let bits = random.significantBits()
    return KernelCase(
      s.text + ", bits \(bits)",
      [
        .floats(
          "query", [s.rows, stride],
          random.activations(s.rows * stride, bits: ACTIVATION_BITS_F16, exponents: -66...30)),
        CaseOperand(
          "cache", .input, .halves, shape: [2, slots, s.keyHeads * s.headSize / 2],
          halfWords(random.cache(s, slots: slots, mask: mask))),
        s.maskWords == 0
          ? .words("mask", random.words(1), role: .unused) : .words("mask", mask, [s.inFlight, s.maskWords]),
        .words("state", random.state(length: s.length)),
        .output("out", .float, [s.rows, s.heads, s.headSize]),
      ]
    ) { list, o in
      list.treeAttention(
        query: o.floats("query"),
        cache: KeyValueCache(words: o.words("cache"), slots: slots, keyColumns: s.keyHeads * s.headSize),
        mask: o.words("mask"), state: o.words("state"), out: o.floats("out"), rows: s.rows,
        firstRow: s.firstRow,
        heads: s.heads, keyHeads: s.keyHeads, headSize: s.headSize, maskWords: s.maskWords, scale: scale,
        significantBits: bits, keysPerLane: keysPerLane)
    }
  }
}

extension CaseRandom {
  /// Ancestor bits: of a random tree, or any bits; noise above the last in-flight row.
  fileprivate mutating func mask(_ s: AttentionShape) -> [UInt32] {
    guard s.maskWords > 0 else { return [] }
    var mask = [UInt32](repeating: 0, count: s.inFlight * s.maskWords)
    let anyBits = oneIn(4)
    for i in 0..<s.inFlight {
      let row = i * s.maskWords
      if anyBits {
        for w in 0..<s.maskWords { mask[row + w] = oneIn(4) ? 0 : word() }
      } else if i > 0 {
        let parent = oneIn(2) ? i - 1 : below(i)
        for w in 0..<s.maskWords { mask[row + w] = mask[parent * s.maskWords + w] }
      }
      if !anyBits { mask[row + i / 32] |= 1 << UInt32(i % 32) }
    }
    if oneIn(2) {
      for i in 0..<s.inFlight {
        for bit in s.inFlight..<s.maskWords * 32 {
          mask[i * s.maskWords + bit / 32] |= UInt32(below(2)) << UInt32(bit % 32)
        }
      }
    }
    return mask
  }

  /// Halves `[2][slots][keyHeads * headSize]`, not finite in slots that the call must not read.
  fileprivate mutating func cache(_ s: AttentionShape, slots: Int, mask: [UInt32]) -> [UInt16] {
    let columns = s.keyHeads * s.headSize
    var list = halves(slots * columns) + halves(slots * columns)
    let rows = s.firstRow..<s.firstRow + s.rows
    for slot in s.length..<slots {
      let j = slot - s.length
      let seen =
        s.maskWords == 0
        ? j < rows.upperBound
        : j < s.inFlight && rows.contains { mask[$0 * s.maskWords + j / 32] >> UInt32(j % 32) & 1 == 1 }
      guard !seen else { continue }
      for c in 0..<columns {
        list[slot * columns + c] = c % 2 == 0 ? 0x7e00 : 0x7c00
        list[(slots + slot) * columns + c] = c % 2 == 0 ? 0xfc00 : 0x7e00
      }
    }
    return list
  }

  /// Random sizes of at most 300,000 multiply-adds.
  fileprivate mutating func attentionShape(headSize: Int, ratio: Int, tree: Bool) -> AttentionShape {
    while true {
      let keyHeads = integer(1...2)
      let rows = length(oneIn(6) ? 70 : 12)
      let firstRow = oneIn(3) ? below(8) : 0
      let inFlight = firstRow + rows + (oneIn(4) ? below(8) : 0)
      let shape = AttentionShape(
        rows: rows, firstRow: firstRow, inFlight: inFlight, heads: keyHeads * ratio, keyHeads: keyHeads,
        headSize: headSize, length: oneIn(8) ? 0 : length(300),
        maskWords: tree ? (inFlight + 31) / 32 + (oneIn(6) ? 1 : 0) : 0)
      if shape.multiplyAdds <= 300_000 { return shape }
    }
  }
}

let treeAttentionFamilies: [CaseFamily] = {
  func families(
    _ name: String, keysPerLane: Int? = nil,
    _ sizes: @escaping @Sendable (inout CaseRandom) -> (headSize: Int, ratio: Int)
  ) -> [CaseFamily] {
    [false, true].map { tree in
      CaseFamily(.treeAttention, "\(name)-\(tree ? "tree" : "causal")") { random in
        let (headSize, ratio) = sizes(&random)
        return .treeAttention(
          random.attentionShape(headSize: headSize, ratio: ratio, tree: tree), keysPerLane: keysPerLane,
          random: &random)
      }
    }
  }
  let usual = [32, 64, 80, 96, 128].flatMap { headSize in
    [1, 2, 4].flatMap { ratio in families("head\(headSize)-ratio\(ratio)") { _ in (headSize, ratio) } }
  }
  let forced = ([1, 2, 4, 8] as [Int]).flatMap { keys in
    families("keys\(keys)", keysPerLane: keys) {
      ($0.oneIn(2) ? 64 : 2 * $0.integer(1...128), $0.integer(1...4))
    }
  }
  return usual + families("anySize") { (2 * $0.integer(1...128), $0.integer(1...7)) } + forced
}()
