// Sums in their one written order.
import ShaderInterface

/// Sum of the products of `operands(i)`, i in 0..<count: chunks of `DOT_CHUNK` consecutive products, in index
/// order from +0 inside a chunk; chunk sums in chunk order to a total from +0.
@inlinable @inline(__always)
public func dot(count: Int, _ operands: (Int) -> (Float, Float)) -> Float {
  var total: Float = 0
  var start = 0
  while start < count {
    let end = min(start + Int(DOT_CHUNK), count)
    var sum: Float = 0
    for i in start..<end {
      let (x, w) = operands(i)
      sum = sum + x * w
    }
    total = total + sum
    start = end
  }
  return total
}

/// The dot product of two vectors of equal length, in the order of ``dot(count:_:)``.
@inlinable
public func dot(_ x: UnsafeBufferPointer<Float>, _ w: UnsafeBufferPointer<Float>) -> Float {
  precondition(x.count == w.count)
  return dot(count: x.count) { (x[$0], w[$0]) }
}

/// Sum of `term(i)`, i in 0..<count: term i goes to lane i mod `lanes` (a power of two), a lane sums in index order
/// from +0, and lanes are added in a halving tree (l += l + lanes / 2, lanes / 4, ... 1).
@inlinable
public func rowSum(count: Int, lanes: Int = Int(REDUCTION_LANES), _ term: (Int) -> Float) -> Float {
  return withUnsafeTemporaryAllocation(of: Float.self, capacity: lanes) { lane in
    lane.initialize(repeating: 0)
    for i in 0..<count { lane[i % lanes] = lane[i % lanes] + term(i) }
    var half = lanes / 2
    while half > 0 {
      for l in 0..<half { lane[l] = lane[l] + lane[l + half] }
      half /= 2
    }
    return lane[0]
  }
}

/// The lowest token v with weights[0] + ... + weights[v] > y; 0 if y is not below the total, as a number drawn below a total
/// that contradicts the weights may be.
@inlinable
public func pick<Weights: Collection>(_ weights: Weights, _ y: UInt64) -> UInt32
where Weights.Element: UnsignedInteger {
  var sum: UInt64 = 0
  var token: UInt32 = 0
  for weight in weights {
    sum &+= UInt64(weight)
    if sum > y { return token }
    token += 1
  }
  return 0
}
