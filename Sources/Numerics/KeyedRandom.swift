/// A source of uniform integers, keyed by what the number is for; laws enumerate it instead of sampling.
public protocol UniformSource {
  /// An integer in 0..<bound, bound >= 1, each equally likely, independent between different keys.
  ///
  /// `role` is one of the `ROLE_` constants, `position` an absolute position, `index` a child number.
  mutating func uniform(below bound: UInt128, role: UInt32, position: UInt32, index: UInt32) -> UInt128
}

extension UniformSource {
  public mutating func uniform(
    below bound: UInt64, role: UInt32, position: UInt32, index: UInt32
  ) -> UInt64 {
    UInt64(truncatingIfNeeded: uniform(below: UInt128(bound), role: role, position: position, index: index))
  }
}

/// The random number of one (seed, position, role, index), whatever the batch, the tree or the round.
public struct KeyedRandom {
  public var seed: UInt64
  public var position: UInt32
  public var role: UInt32
  public var index: UInt32

  public init(seed: UInt64, position: UInt32, role: UInt32, index: UInt32) {
    self.seed = seed
    self.position = position
    self.role = role
    self.index = index
  }

  /// A uniform integer in 0..<bound, exactly uniform up to 2^-128.
  ///
  /// Candidates are 96 Philox bits under the smallest mask that covers bound - 1; the first one below the bound
  /// wins, after 128 tries bound - 1. A bound of 0, from rows that contradict themselves, gives 96 ones. Traps above 2^96.
  public func uniform(below bound: UInt128) -> UInt128 {
    precondition(bound <= 1 << 96)
    guard bound > 0 else { return (1 << 96) - 1 }
    let last = bound - 1
    let mask = last == 0 ? 0 : UInt128.max >> UInt128(last.leadingZeroBitCount)
    let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32))
    for attempt in 0..<128 as Range<UInt32> {
      let words = Philox.words(counter: SIMD4(position, index, role, attempt), key: key)
      let candidate = (UInt128(words[2]) << 64 | UInt128(words[1]) << 32 | UInt128(words[0])) & mask
      if candidate <= last { return candidate }
    }
    return last
  }

  public func uniform(below bound: UInt64) -> UInt64 {
    UInt64(truncatingIfNeeded: uniform(below: UInt128(bound)))
  }
}

/// The source that kernels draw from: ``KeyedRandom`` under one request's seed.
public struct KeyedUniforms: UniformSource {
  public var seed: UInt64
  /// What is added to each role.
  private let roleOffset: UInt32

  /// - Parameter roleOffset: of a stream, whose numbers are independent of another's.
  public init(seed: UInt64, roleOffset: UInt32 = 0) {
    self.seed = seed
    self.roleOffset = roleOffset
  }

  public mutating func uniform(
    below bound: UInt128, role: UInt32, position: UInt32, index: UInt32
  ) -> UInt128 {
    KeyedRandom(seed: seed, position: position, role: role &+ roleOffset, index: index).uniform(below: bound)
  }
}
