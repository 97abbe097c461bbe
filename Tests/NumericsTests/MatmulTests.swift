import Numerics
import Reference
import ShaderInterface
import Testing

/// Lengths around the chunk of 128 and the tile of 32.
private let shapes: [(rows: Int, inputs: Int, outputs: Int)] = [
  (1, 1, 1), (2, 7, 31), (3, 8, 32), (1, 127, 33), (5, 128, 40), (2, 129, 64), (4, 256, 5), (3, 300, 70),
]

@Suite struct MatmulTests {
  @Test(arguments: shapes.indices, [0, 1] as [UInt32])
  func f16EqualsFastAndFloat64(shape: Int, accumulate: UInt32) {
    let (rows, inputs, outputs) = shapes[shape]
    var random = SplitMix(UInt64(shape))
    let x = random.adversarial(rows * inputs).map { rounded($0, to: ACTIVATION_BITS_F16) }
    let halves = random.adversarial(inputs * outputs).map { halfBits(of: min(max($0, -65_504), 65_504)) }
    let packing = MatmulPacking(format: .f16, inputs: inputs, outputs: outputs)
    let weights = operand(packing.pack(halves: operand(halves)))
    for n in 0..<outputs {
      for k in 0..<inputs {
        #expect(packing.weight(weights, output: n, input: k) == float(half: halves[n * inputs + k]))
      }
    }
    check(
      rows, packing, accumulate, x, halves.map { float(half: $0) }, weights, Reference.matmulF16,
      Reference.matmulF16Fast)
  }

  @Test(arguments: shapes.indices, [0, 1] as [UInt32])
  func f32EqualsFastAndFloat64(shape: Int, accumulate: UInt32) {
    let (rows, inputs, outputs) = shapes[shape]
    var random = SplitMix(UInt64(100 + shape))
    let x = random.adversarial(rows * inputs).map(flush)
    let given = random.adversarial(inputs * outputs)
    let packing = MatmulPacking(format: .f32, inputs: inputs, outputs: outputs)
    let packed = packing.pack(floats: operand(given))
    let clean = given.map { abs($0) < 0x1p-38 ? 0 : $0 }
    #expect(packed.cleaned == zip(given, clean).filter { $0 != $1 }.count)
    check(
      rows, packing, accumulate, x, clean, operand(packed.words), Reference.matmulF32, Reference.matmulF32Fast
    )
  }

  typealias Kernel = (
    ShaderInterface.Matmul, UnsafeBufferPointer<Float>, UnsafeBufferPointer<UInt32>,
    UnsafeMutableBufferPointer<Float>
  ) -> Void

  /// Bound: (128 + chunks + 3) * 2^-24 of the sum of all magnitudes, and the flush.
  func check(
    _ rows: Int, _ packing: MatmulPacking, _ accumulate: UInt32, _ x: [Float], _ w: [Float],
    _ weights: UnsafeBufferPointer<UInt32>, _ naive: Kernel, _ fast: Kernel
  ) {
    let (inputs, outputs) = (packing.inputs, packing.outputs)
    let p = Matmul(rows: U32(rows), inputs: U32(inputs), outputs: U32(outputs), accumulate: accumulate)
    var random = SplitMix(3)
    let before = random.floats(rows * outputs)
    let (a, b) = (mutableOperand(before), mutableOperand(before))
    naive(p, operand(x), weights, a)
    fast(p, operand(x), weights, b)
    #expect(bits(a) == bits(b))
    for r in 0..<rows {
      for n in 0..<outputs {
        var terms = (0..<inputs).map { Double(x[r * inputs + $0]) * Double(w[n * inputs + $0]) }
        if accumulate == 1 { terms.append(Double(before[r * outputs + n])) }
        let exact = terms.reduce(0, +)
        let bound = Double(131 + inputs / 128 + 1) * 0x1p-24 * terms.map(abs).reduce(0, +) + 0x1p-64
        #expect(abs(Double(a[r * outputs + n]) - exact) <= bound, "row \(r) output \(n)")
      }
    }
  }

  /// Infinity, NaN and subnormal halves take their own branches in the fast unpacking.
  @Test func everyHalfUnpacksAlike() {
    let packing = MatmulPacking(format: .f16, inputs: 1, outputs: 65_536)
    let weights = operand(packing.pack(halves: operand(Array(UInt16.min...UInt16.max))))
    let p = Matmul(rows: 1, inputs: 1, outputs: 65_536, accumulate: 0)
    let (a, b) = (poisoned(65_536), poisoned(65_536))
    Reference.matmulF16(p, x: operand([1]), weights: weights, out: a)
    Reference.matmulF16Fast(p, x: operand([1]), weights: weights, out: b)
    #expect(bits(a) == bits(b))
    #expect(bits(a) == bits((UInt16.min...UInt16.max).map { flush(float(half: $0)) }))
  }

  @Test func paddingIsZero() {
    let packing = MatmulPacking(format: .f16, inputs: 9, outputs: 3)
    let packed = packing.pack(halves: operand([UInt16](repeating: 0x3c00, count: 27)))
    #expect(packed.count == 2 * 32 * 4)
    #expect(packed.reduce(0) { $0 + $1.nonzeroBitCount } == 27 * UInt16(0x3c00).nonzeroBitCount)
  }
}
