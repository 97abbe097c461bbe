// Flush, rounding to fewer significant bits, and the maximum rule of the numeric contract.
import ShaderInterface

/// `x`, or +0 where |x| < 2^-64 (so -0, subnormals and everything tiny); NaN and infinity stay.
@inlinable @inline(__always)
public func flush(_ x: Float) -> Float {
  x.bitPattern & 0x7fff_ffff < FLUSH_BITS ? 0 : x
}

/// `flush(x)` rounded to `significantBits` (1...24) significant bits, ties to even; 24 only flushes.
///
/// Integer operations on the bits. NaN and infinity stay. Error: at most half a unit of the last bit kept.
@inlinable @inline(__always)
public func rounded(_ x: Float, to significantBits: UInt32) -> Float {
  if x.bitPattern & 0x7f80_0000 == 0x7f80_0000 { return x }
  let bits = flush(x).bitPattern
  let drop = 24 - significantBits
  if drop == 0 { return Float(bitPattern: bits) }
  let half = (UInt32(1) << (drop - 1)) - 1 + ((bits >> drop) & 1)
  return Float(bitPattern: ((bits + half) >> drop) << drop)
}

/// `x` without what lies below its 24 highest bits, which a float holds exactly.
@inlinable
public func leadingFloat(_ x: UInt32) -> Float {
  let drop = UInt32(max(0, 8 - x.leadingZeroBitCount))
  return Float((x >> drop) << drop)
}

/// The step of an order-free maximum that starts from -infinity: takes `candidate` only if it is greater,
/// so a NaN never wins.
@inlinable @inline(__always)
public func maximum(_ current: Float, _ candidate: Float) -> Float {
  candidate > current ? candidate : current
}
