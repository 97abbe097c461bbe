import Foundation

/// A real number in Double, and how far fp32 arithmetic may be from it: every rounding counts 2^-24 of the result.
struct ErrorBounded {
  var value: Double
  var error: Double

  static let unit = 0x1p-24
  /// What a flush takes at most.
  static let flushed = 0x1p-64

  init(_ value: Double, error: Double = 0) {
    self.value = value
    self.error = error
  }

  init(_ value: Float) { self.init(Double(value)) }

  /// The largest magnitude that may be meant.
  var reach: Double { abs(value) + error }

  /// The same after `units` further roundings of 2^-24 of the result each, and a flush.
  func rounded(_ units: Double = 1) -> ErrorBounded {
    ErrorBounded(value, error: error + units * Self.unit * reach + Self.flushed)
  }

  static func + (a: ErrorBounded, b: ErrorBounded) -> ErrorBounded {
    ErrorBounded(a.value + b.value, error: a.error + b.error).rounded()
  }

  static func * (a: ErrorBounded, b: ErrorBounded) -> ErrorBounded {
    let error = a.error * abs(b.value) + b.error * abs(a.value) + a.error * b.error
    return ErrorBounded(a.value * b.value, error: error).rounded()
  }

  /// Terms added in any order, each of which passes at most all additions.
  static func sum(_ terms: [ErrorBounded]) -> ErrorBounded {
    let roundings = Double(terms.count) * unit * terms.reduce(0) { $0 + $1.reach }
    return ErrorBounded(
      terms.reduce(0) { $0 + $1.value }, error: terms.reduce(0) { $0 + $1.error } + roundings)
  }

  /// e^x for x of at most 0; 1.15 units in the last place.
  var exponential: ErrorBounded {
    ErrorBounded(exp(value), error: exp(value) * expm1(error)).rounded(2.3)
  }

  /// x * sigmoid(x), whose slope is below 1.1.
  var silu: ErrorBounded { ErrorBounded(value / (1 + exp(-value)), error: 1.1 * error).rounded(9) }

  /// log(1 + e^x), whose slope is below 1.
  var softplus: ErrorBounded {
    ErrorBounded(max(value, 0) + log1p(exp(-abs(value))), error: error).rounded(6)
  }

  /// 1 / sqrt(x), x above its error; 2.2 units in the last place.
  var reciprocalRoot: ErrorBounded {
    let least = value - error
    precondition(least > 0)
    let exact = 1 / value.squareRoot()
    return ErrorBounded(exact, error: 1 / least.squareRoot() - exact).rounded(4.4)
  }
}
