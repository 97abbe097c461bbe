import Numerics

/// Random numbers of one case, keyed by seed, family and index, so that any case can be made alone.
public struct CaseRandom: RandomNumberGenerator, Sendable {
  private var generator: SplitMix64
  /// Whether rows of logits look like a model's, for benchmarks: few ties, nothing banned, nothing that is not finite.
  public var isTypical = false

  public init(seed: UInt64, family: String, index: Int) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
    for byte in family.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    generator = SplitMix64(seed &* 0x9e37_79b9_7f4a_7c15 ^ hash)
    _ = next()
    generator.state ^= UInt64(index) &* 0xd134_2543_de82_ef95
    _ = next()
  }

  public mutating func next() -> UInt64 { generator.next() }

  mutating func word() -> UInt32 { UInt32(truncatingIfNeeded: next() >> 32) }

  /// An integer in 0..<count, count >= 1.
  mutating func below(_ count: Int) -> Int { Int((next() >> 33) % UInt64(count)) }

  mutating func integer(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  /// True once in `count` calls.
  mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

  mutating func element<T>(_ list: [T]) -> T { list[below(list.count)] }

  /// A value in 0..<1.
  mutating func unit() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// Lengths around every chunk, word and work-group boundary.
  private static let boundaries = [
    1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 191, 192, 193, 255, 256, 257,
    383, 384,
    385, 511, 512, 513, 639, 640, 641, 1023, 1024, 1025,
  ]

  /// A length in 1...most: often at a boundary, else small or anything.
  mutating func length(_ most: Int) -> Int {
    switch below(8) {
    case 0: return integer(1...most)
    case 1: return integer(1...min(most, 9))
    default:
      let count = Self.boundaries.prefix { $0 <= most }.count
      return Self.boundaries[below(count)]
    }
  }

  /// Vocabularies: mostly up to 1000, one in sixteen around 32,000.
  mutating func vocabulary() -> Int {
    oneIn(16) ? element([32_000, 32_003, 32_768]) : length(1000)
  }

  mutating func words(_ count: Int) -> [UInt32] {
    var list = [UInt32](repeating: 0, count: count)
    for i in list.indices { list[i] = word() }
    return list
  }

  mutating func words(_ count: Int, below bound: Int) -> [UInt32] {
    var list = [UInt32](repeating: 0, count: count)
    for i in list.indices { list[i] = UInt32(below(bound)) }
    return list
  }

  /// Lanes of a work group that a caller may force.
  mutating func lanes(_ vocabulary: Int) -> Int {
    element([4, 8, 16, 32, 64, 128, 256].filter { vocabulary <= 2000 * $0 })
  }

  /// Significant bits a kernel is asked to round to.
  mutating func significantBits() -> UInt32 {
    switch below(4) {
    case 0: 24
    case 1: UInt32(integer(1...24))
    default: 13
    }
  }
}
