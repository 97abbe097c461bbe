import Kernels

@testable import Conformance

/// Random arguments for kernel calls: mostly small and fitting, sometimes absurd.
struct Arguments {
  var random: CaseRandom
  /// One in so many arguments is absurd; 0: none.
  let absurdity: Int
  private let memory: Tensor<UInt32>
  private let foreign: Tensor<UInt32>
  /// Operands so far; each has memory of its own, unless it is absurd.
  private var operands = 0

  /// - Parameters:
  ///   - memory: where operands lie; at least ``words`` of them.  - foreign: memory of another backend.
  init(random: CaseRandom, absurdity: Int, memory: Tensor<UInt32>, foreign: Tensor<UInt32>) {
    self.random = random
    self.absurdity = absurdity
    self.memory = memory
    self.foreign = foreign
  }

  /// Words of an operand that every fitting call finds large enough.
  static let roomy = 1 << 15
  /// Of all operands of a call.
  static let words = 24 * region
  private static let region = roomy + 64 * 64 + 64

  private mutating func isAbsurd() -> Bool { absurdity > 0 && random.oneIn(absurdity) }

  mutating func size() -> Int {
    if isAbsurd() {
      return random.element([
        0, -1, Int.min, Int.max, 1 << 20, 1 << 21, 1 << 31, 1 << 32, Int(UInt32.max), 65_536, 1025, 7, 33,
      ])
    }
    return random.element([1, 2, 2, 4, 4, 8])
  }

  mutating func bits() -> UInt32 {
    isAbsurd() ? random.element([0, 25, .max]) : UInt32(random.integer(1...24))
  }

  mutating func number() -> Float {
    isAbsurd()
      ? random.element([.nan, .infinity, -.infinity, -1, 0, -0.0, 0x1p-140, 3e38]) : random.element([0.5, 1])
  }

  mutating func real() -> Double { Double(number()) }

  mutating func flag() -> Bool { random.oneIn(2) }

  mutating func tensor<T>(of: T.Type = T.self) -> Tensor<T> {
    let source = isAbsurd() && random.oneIn(4) ? foreign : memory
    operands = isAbsurd() && random.oneIn(4) ? operands : (operands + 1) % 24
    var word = Self.region * operands + 64 * random.below(64)
    var count = Self.roomy
    if isAbsurd() { count = random.below(40) }
    if isAbsurd() { word += 1 }
    return source[word..<word + count].reinterpreted()
  }

  mutating func optionalSize() -> Int? { flag() ? nil : size() }
}
