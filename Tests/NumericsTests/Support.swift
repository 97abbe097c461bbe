import Numerics

extension SplitMix64 {
  /// `count` floats in -1...1.
  mutating func floats(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1...1, using: &self) }
  }

  /// Zeros of both signs, subnormals, magnitudes of 2^-70 ... 2^20, and neighbours that cancel.
  mutating func adversarial(_ count: Int) -> [Float] {
    var values: [Float] = []
    while values.count < count {
      let sign: Float = Bool.random(using: &self) ? 1 : -1
      let x = Float.random(in: 1..<2, using: &self)
      switch Int.random(in: 0..<8, using: &self) {
      case 0: values.append(sign * 0)
      case 1: values.append(sign * x * 0x1p-130)
      case 2:
        values.append(
          sign * Float(sign: .plus, exponent: .random(in: -70...20, using: &self), significand: x))
      case 3: values += [sign * x * 1024, -sign * x * 1024]
      default: values.append(sign * x)
      }
    }
    return Array(values.prefix(count))
  }
}

/// An operand that holds `values`. Never freed: tests are short, and pointers then need no scopes.
func operand<T>(_ values: [T]) -> UnsafeBufferPointer<T> { UnsafeBufferPointer(mutableOperand(values)) }

func mutableOperand<T>(_ values: [T]) -> UnsafeMutableBufferPointer<T> {
  let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: values.count)
  _ = buffer.initialize(from: values)
  return buffer
}

/// An output full of a value that no kernel writes.
func poisoned(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
  mutableOperand([Float](repeating: Float(bitPattern: 0x7fed_cba9), count: count))
}

/// Bits, with every NaN alike.
func bits(_ values: some Sequence<Float>) -> [UInt32] {
  values.map { $0.isNaN ? 0x7fc0_0000 : $0.bitPattern }
}

/// |value - exact| in units of the last place of the exact value.
func ulps(_ value: Float, _ exact: Double) -> Double {
  abs(Double(value) - exact) / Double(Float(exact).ulp)
}

/// Words of halves, two to a word.
func words(_ halves: [UInt16]) -> [UInt32] {
  stride(from: 0, to: halves.count, by: 2).map { UInt32(halves[$0]) | UInt32(halves[$0 + 1]) << 16 }
}
