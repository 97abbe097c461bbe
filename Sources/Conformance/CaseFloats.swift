import Numerics

/// Kinds of float data; each finds its own class of mistakes.
enum FloatPattern: CaseIterable {
  /// One scale, both signs.
  case plain
  /// Every exponent of the range.
  case hugeRange
  /// Neighbours that nearly cancel.
  case cancellation
  /// Subnormals, and values just around the flush thresholds.
  case tiny
  /// Zeros of both signs among ones.
  case signedZeros
  /// Three distinct values: ties.
  case fewValues
  /// Halfway between two roundings to 13 bits, and one unit beside it.
  case roundingTies
}

extension CaseRandom {
  /// `count` finite floats of one random pattern, magnitudes below 2^(highest exponent + 1).
  mutating func floats(_ count: Int, exponents: ClosedRange<Int> = -80...60) -> [Float] {
    floats(count, pattern: element(FloatPattern.allCases), exponents: exponents)
  }

  mutating func floats(_ count: Int, pattern: FloatPattern, exponents: ClosedRange<Int>) -> [Float] {
    var list = [Float](repeating: 0, count: count)
    let scale = Float(sign: .plus, exponent: integer(-3...3), significand: 1)
    let few = [float(exponents), float(-2...2), float(-2...2)]
    var last: Float = 0
    for i in list.indices {
      switch pattern {
      case .plain: list[i] = (unit() * 2 - 1) * scale
      case .hugeRange: list[i] = float(exponents)
      case .cancellation:
        if i % 2 == 0 || oneIn(8) {
          last = float(max(-20, exponents.lowerBound)...min(20, exponents.upperBound))
          list[i] = last
        } else {
          list[i] = Float(bitPattern: (-last).bitPattern &+ UInt32(below(3)) &- 1)
        }
      case .tiny: list[i] = tiny()
      case .signedZeros: list[i] = element([0, -0.0, 1, -1, -0.0])
      case .fewValues: list[i] = element(few)
      case .roundingTies:
        let bits = word() & 0x807f_f000 | 0x400 | UInt32(integer(123...130)) << 23
        list[i] = Float(bitPattern: oneIn(2) ? bits : bits &+ UInt32(below(3)) &- 1)
      }
    }
    return list
  }

  /// A float of random sign and significand with an exponent from `exponents`.
  mutating func float(_ exponents: ClosedRange<Int>) -> Float {
    Float(bitPattern: word() & 0x807f_ffff | UInt32(integer(exponents) + 127) << 23)
  }

  /// A subnormal, a value at a flush threshold (2^-64, 2^-40, 2^-126) give or take a unit, or an ordinary value.
  private mutating func tiny() -> Float {
    let sign = word() & 0x8000_0000
    switch below(5) {
    case 0: return Float(bitPattern: sign | word() & 0x7f_ffff)
    case 1: return Float(bitPattern: sign | (0x1f80_0000 + UInt32(below(3)) - 1))
    case 2: return Float(bitPattern: sign | (0x2b80_0000 + UInt32(below(3)) - 1))
    case 3: return Float(bitPattern: sign | (0x0080_0000 + UInt32(below(3)) - 1))
    default: return float(-66...2)
    }
  }

  /// Activations as the kernel before a matmul leaves them.
  mutating func activations(_ count: Int, bits: UInt32, exponents: ClosedRange<Int> = -70...60) -> [Float] {
    floats(count, exponents: exponents).map { rounded($0, to: bits) }
  }

  /// Sprinkles infinities and NaNs over one case in `rarity`.
  mutating func addSpecials(_ list: inout [Float], rarity: Int = 4) {
    guard oneIn(rarity) else { return }
    let values = [Float.infinity, -.infinity, .nan, -.infinity, .greatestFiniteMagnitude]
    for _ in 0...below(3) { list[below(list.count)] = element(values) }
  }

  /// Nearly normal, with a standard deviation of 3.5.
  private mutating func typicalLogit() -> Float { 6 * (unit() + unit() + unit() + unit() - 2) }

  /// Logits: a plain scale, wide ones, ties, with -infinity for banned tokens and, rarely, NaN and +infinity.
  mutating func logits(rows: Int, columns: Int) -> [Float] {
    if isTypical { return (0..<rows * columns).map { _ in typicalLogit() } }
    var list: [Float] = []
    list.reserveCapacity(rows * columns)
    for _ in 0..<rows {
      var row: [Float]
      switch below(6) {
      case 0: row = floats(columns, exponents: -80...100)
      case 1: row = words(columns, below: 7).map { Float($0) - 3 }
      case 2:
        let offset = float(-2...6)
        row = floats(columns, pattern: .plain, exponents: 0...0).map { $0 + offset }
      default: row = floats(columns, pattern: .plain, exponents: 0...0).map { $0 * 6 }
      }
      if oneIn(5) {
        let banned = integer(1...columns)
        for _ in 0..<banned { row[below(columns)] = -.infinity }
      }
      if oneIn(24) { row[below(columns)] = element([Float.nan, .infinity]) }
      if oneIn(48) { row = row.map { _ in -.infinity } }
      list += row
    }
    return list
  }
}

// Halves, two a word.
extension CaseRandom {
  /// `count` finite halves: plain, any finite bits, subnormal, zeros of both signs, few values.
  mutating func halves(_ count: Int) -> [UInt16] {
    let pattern = below(6)
    let few = [UInt16(0x3c00), 0xbc00, UInt16(truncatingIfNeeded: word()) & 0xbbff]
    var list = [UInt16](repeating: 0, count: count)
    for i in list.indices {
      switch pattern {
      case 0: list[i] = finiteHalf()
      case 1: list[i] = UInt16(truncatingIfNeeded: word()) & 0x83ff
      case 2: list[i] = element([0, 0x8000, 0x3c00, 0xbc00, 0x0001])
      case 3: list[i] = element(few)
      default: list[i] = halfBits(of: unit() * 2 - 1)
      }
    }
    return list
  }

  private mutating func finiteHalf() -> UInt16 {
    let bits = UInt16(truncatingIfNeeded: word())
    return bits & 0x7c00 == 0x7c00 ? bits & 0xbfff : bits
  }
}

/// Halves as words, the even element in the low half; an odd count is padded with +0.
func halfWords(_ halves: [UInt16]) -> [UInt32] {
  var words = [UInt32](repeating: 0, count: (halves.count + 1) / 2)
  for (i, half) in halves.enumerated() { words[i / 2] |= UInt32(half) << UInt32(i % 2 * 16) }
  return words
}
