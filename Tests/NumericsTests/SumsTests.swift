import Numerics
import Testing

@Suite struct SumsTests {
  /// Lengths around the chunk of 128. A sum of n terms added in c chunks is off by at most
  /// (128 + c) * 2^-24 * sum |x w|, and every product adds 2^-24 of itself.
  @Test(arguments: [1, 2, 127, 128, 129, 255, 256, 257, 1000])
  func dotIsWithinItsRoundings(count: Int) {
    var random = SplitMix64(UInt64(count))
    for _ in 0..<20 {
      let (x, w) = (random.adversarial(count).map(flush), random.adversarial(count).map(flush))
      let exact = zip(x, w).map { Double($0) * Double($1) }
      let bound = exact.map(abs).reduce(0, +) * Double(129 + count / 128 + 1) * 0x1p-24
      let value = dot(operand(x), operand(w))
      #expect(abs(Double(value) - exact.reduce(0, +)) <= bound)
    }
  }

  /// The order shows in the bits: small terms after a large one vanish inside a chunk and survive in the next.
  @Test func dotStartsAnAccumulatorEveryChunk() {
    var x = [Float](repeating: 0x1p-24, count: 256)
    x[0] = 1
    let ones = [Float](repeating: 1, count: 256)
    #expect(dot(operand(x), operand(ones)) == 1 + 128 * 0x1p-24)
  }

  @Test(arguments: [1, 63, 64, 65, 128, 300])
  func rowSumAddsLanesInAHalvingTree(count: Int) {
    var random = SplitMix64(UInt64(count))
    let x = random.adversarial(count)
    func lane(_ l: Int) -> Float { stride(from: l, to: count, by: 64).reduce(0) { $0 + x[$1] } }
    func tree(_ l: Int, _ half: Int) -> Float {  // the value of lane l before the step of width half
      half == 32 ? lane(l) : tree(l, half * 2) + tree(l + half * 2, half * 2)
    }
    let expected = tree(0, 1) + tree(1, 1)
    #expect(rowSum(count: count) { x[$0] } == expected)
  }

  @Test func pickFollowsTheRunningSum() {
    let weights: [UInt32] = [0, 2, 0, 0, 3, 1, 0]
    #expect((0..<6 as Range<UInt64>).map { pick(weights, $0) } == [1, 1, 4, 4, 4, 5])
    #expect(pick([.max, .max, 1] as [UInt32], 2 * UInt64(UInt32.max)) == 2)
    // A number that was drawn below another total.
    #expect(pick(weights, 6) == 0 && pick([UInt64.max, 2] as [UInt64], .max) == 0)
  }
}
