/// An exact fraction in lowest terms, denominator above 0; traps where 128 bits do not suffice.
struct Rational: Hashable, Comparable, AdditiveArithmetic, CustomStringConvertible {
  let numerator: Int128
  let denominator: Int128

  init(_ numerator: some BinaryInteger, over denominator: some BinaryInteger = 1 as Int128) {
    precondition(denominator > 0)
    let (n, d) = (Int128(numerator), Int128(denominator))
    let divisor = Self.gcd(n.magnitude, d.magnitude)
    self.numerator = n / Int128(divisor)
    self.denominator = d / Int128(divisor)
  }

  /// "3/5" or "0.2".
  init(_ text: String) {
    let parts = text.split(separator: "/")
    let decimals = text.split(separator: ".")
    if parts.count == 2 {
      self.init(Int(parts[0])!, over: Int(parts[1])!)
    } else if decimals.count == 2 {
      let scale = decimals[1].reduce(1) { power, _ in power * 10 }
      self.init(Int(decimals[0])! * scale + Int(decimals[1])!, over: scale)
    } else {
      self.init(Int(text)!)
    }
  }

  static var zero: Rational { Rational(0) }
  static var one: Rational { Rational(1) }

  static func + (a: Rational, b: Rational) -> Rational {
    let common = Int128(gcd(a.denominator.magnitude, b.denominator.magnitude))
    let (x, y) = (a.denominator / common, b.denominator / common)
    return Rational(a.numerator * y + b.numerator * x, over: a.denominator * y)
  }

  static func - (a: Rational, b: Rational) -> Rational { a + Rational(-b.numerator, over: b.denominator) }

  static func * (a: Rational, b: Rational) -> Rational {
    let (x, y) = (Rational(a.numerator, over: b.denominator), Rational(b.numerator, over: a.denominator))
    return Rational(x.numerator * y.numerator, over: x.denominator * y.denominator)
  }

  static func / (a: Rational, b: Rational) -> Rational {
    precondition(b > .zero)
    return a * Rational(b.denominator, over: b.numerator)
  }

  static func < (a: Rational, b: Rational) -> Bool { (a - b).numerator < 0 }

  var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }

  private static func gcd(_ a: UInt128, _ b: UInt128) -> UInt128 {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return max(a, 1)
  }
}

/// Total variation: half the sum of the absolute differences.
func totalVariation<Outcome>(_ a: [Outcome: Rational], _ b: [Outcome: Rational]) -> Rational {
  let sum = Set(a.keys).union(b.keys).reduce(Rational.zero) { sum, outcome in
    let difference = (a[outcome] ?? .zero) - (b[outcome] ?? .zero)
    return sum + (difference < .zero ? .zero - difference : difference)
  }
  return sum / Rational(2)
}
