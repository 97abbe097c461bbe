import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

/// Lengths around the block of 32, the chunk of 128 and the tile of 32 outputs.
private let shapes: [(rows: Int, inputs: Int, outputs: Int)] = [
  (1, 1, 1), (2, 7, 31), (3, 8, 32), (1, 127, 33), (5, 128, 40), (2, 129, 64), (4, 256, 5), (3, 300, 70),
]

@Suite struct MatmulTests {
  typealias Format = MatmulPacking.Format

  /// Bound: (terms in a chunk + chunks + 7) * 2^-24 of the sum of all magnitudes, and the flush.
  @Test(arguments: [Format.f32, .f16, .bf16, .q8, .q4], shapes.indices)
  func equalsFastAndFloat64(format: Format, shape: Int) {
    let (rows, inputs, outputs) = shapes[shape]
    var random = SplitMix64(UInt64(shape))
    let x = random.adversarial(rows * inputs).map { rounded($0, to: format.bits) }
    let matrix = TestWeights(format, inputs: inputs, outputs: outputs, random: &random)
    let before = random.floats(rows * outputs)
    let bias = random.floats(outputs)
    for option in [false, true] {
      var p = call(rows: rows, matrix.packing)
      p.accumulate = option ? 1 : 0
      p.hasBias = option ? 1 : 0
      let result = run(p, matrix, x, before: before, bias: bias)
      for r in 0..<rows {
        for n in 0..<outputs {
          var terms = (0..<inputs).map { Double(x[r * inputs + $0]) * matrix.values[n * inputs + $0] }
          if option { terms += [Double(before[r * outputs + n]), Double(bias[n])] }
          let exact = terms.reduce(0, +)
          let scale = terms.map(abs).reduce(0, +)
          let bound = Double(min(inputs, 128) + inputs / 128 + 7) * 0x1p-24 * scale + 0x1p-63
          #expect(abs(Double(result[r * outputs + n]) - exact) <= bound, "row \(r) output \(n)")
        }
      }
    }
  }

  /// Softplus has a slope of at most 1 and an error of 6 * 2^-24.
  @Test(arguments: [13, 24] as [UInt32])
  func softplusIsWithinItsRoundings(significantBits: UInt32) {
    let (rows, inputs, outputs) = (3, 300, 70)
    var random = SplitMix64(12)
    let x = random.floats(rows * inputs).map { rounded($0, to: ACTIVATION_BITS_F16) }
    let halves = random.floats(inputs * outputs).map { halfBits(of: $0) }
    let packing = MatmulPacking(format: .f16, inputs: inputs, outputs: outputs)
    var p = call(rows: rows, packing)
    (p.transform, p.significantBits) = (MATMUL_SOFTPLUS, significantBits)
    let matrix = TestWeights(packing, words: packing.pack(halves: operand(halves)))
    let result = run(p, matrix, x, before: [Float](repeating: 0, count: rows * outputs))
    for i in 0..<rows * outputs {
      let (r, n) = (i / outputs, i % outputs)
      let terms = (0..<inputs).map {
        Double(x[r * inputs + $0]) * Double(float(half: halves[n * inputs + $0]))
      }
      let y = terms.reduce(0, +)
      let exact = max(y, 0) + log1p(exp(-abs(y)))
      let sumError = Double(128 + inputs / 128 + 7) * 0x1p-24 * terms.map(abs).reduce(0, +)
      let bound = sumError + (6 * 0x1p-24 + pow(2, -Double(significantBits))) * exact
      #expect(abs(Double(result[i]) - exact) <= bound, "row \(r) output \(n)")
    }
  }

  /// Bound: the product's above, by the greatest slope of the function, 1.1 or 1.13; the function itself 9 * 2^-24 (below
  /// zero GELU's tanh form 6.1e-8; its erf form 11 * 2^-24); the output 2^-bits; what SiLU leaves out below -44 is at most
  /// 2^-58.
  @Test(arguments: [MATMUL_SILU, MATMUL_GELU, MATMUL_GELU_ERF], [13, 24] as [UInt32])
  func transformsAreWithinTheirRoundings(transform: UInt32, significantBits: UInt32) {
    let (rows, inputs, outputs) = (3, 300, 70)
    var random = SplitMix64(11)
    let x = random.floats(rows * inputs).map { rounded($0, to: ACTIVATION_BITS_F16) }
    let halves = random.floats(inputs * outputs).map { halfBits(of: $0) }
    let bias = random.floats(outputs)
    let packing = MatmulPacking(format: .f16, inputs: inputs, outputs: outputs)
    var p = call(rows: rows, packing)
    (p.hasBias, p.transform, p.significantBits) = (1, transform, significantBits)
    let matrix = TestWeights(packing, words: packing.pack(halves: operand(halves)))
    let result = run(p, matrix, x, before: [Float](repeating: 0, count: rows * outputs), bias: bias)
    let (isTanh, isErf) = (transform == MATMUL_GELU, transform == MATMUL_GELU_ERF)
    let rounding = pow(2, -Double(significantBits))
    for r in 0..<rows {
      for n in 0..<outputs {
        var terms = (0..<inputs).map {
          Double(x[r * inputs + $0]) * Double(float(half: halves[n * inputs + $0]))
        }
        terms.append(Double(bias[n]))
        let y = terms.reduce(0, +)
        let exact =
          isErf
          ? y * erfc(-y / 2.0.squareRoot()) / 2
          : y / (1 + exp(isTanh ? -(8 / Double.pi).squareRoot() * (y + 0.044715 * y * y * y) : -y))
        let sumError = Double(128 + inputs / 128 + 7) * 0x1p-24 * terms.map(abs).reduce(0, +) + 0x1p-63
        let bound =
          (isTanh || isErf ? 1.13 : 1.1) * sumError + ((isErf ? 11 : 9) * 0x1p-24 + rounding) * abs(exact)
          + 0x1p-58 + (isTanh && y < 0 ? 6.1e-8 * (1 + rounding) : 0)
        #expect(abs(Double(result[r * outputs + n]) - exact) <= bound, "row \(r) output \(n)")
      }
    }
  }

  /// Infinity, NaN and subnormal halves take their own branches in the fast unpacking.
  @Test func everyHalfUnpacksAlike() {
    let packing = MatmulPacking(format: .f16, inputs: 1, outputs: 65_536)
    let words = packing.pack(halves: operand(Array(UInt16.min...UInt16.max)))
    let matrix = TestWeights(packing, words: words)
    let out = run(call(rows: 1, packing), matrix, [1], before: [Float](repeating: 0, count: 65_536))
    #expect(bits(out) == bits((UInt16.min...UInt16.max).map { flush(float(half: $0)) }))
  }

  @Test func everyBrainFloatUnpacksAndIsCleaned() {
    let packing = MatmulPacking(format: .bf16, inputs: 1, outputs: 65_536)
    let packed = packing.pack(brainFloats: operand(Array(UInt16.min...UInt16.max)))
    // Exponent fields 0 ..< 89 stand for magnitudes below 2^-38; two zeros are no loss.
    #expect(packed.cleaned == 2 * 89 * 128 - 2)
    let matrix = TestWeights(packing, words: packed.words)
    let out = run(call(rows: 1, packing), matrix, [1], before: [Float](repeating: 0, count: 65_536))
    let expected = (UInt16.min...UInt16.max).map { number -> Float in
      let value = Float(bitPattern: UInt32(number) << 16)
      return abs(value) < 0x1p-38 ? 0 : value
    }
    #expect(bits(out) == bits(expected))
  }

  /// One block by hand: elements 0 ..< 16 are low nibbles, 16 ..< 32 high ones; q8_0 bytes are signed.
  @Test func publishedBlocks() {
    let half: [UInt8] = [0x00, 0x38]  // 0.5
    let q4 = MatmulPacking(format: .q4, inputs: 32, outputs: 1)
    let nibbles = operand(
      q4.pack(blocks: UnsafeRawBufferPointer(operand(half + (0..<16).map { $0 | (15 - $0) << 4 }))))
    let q8 = MatmulPacking(format: .q8, inputs: 32, outputs: 1)
    let bytes = operand(q8.pack(blocks: UnsafeRawBufferPointer(operand(half + (0..<32).map { $0 + 112 }))))
    for k in 0..<32 {
      #expect(q4.weight(nibbles, output: 0, input: k) == Float(k < 16 ? k - 8 : 31 - k - 8))
      #expect(q8.weight(bytes, output: 0, input: k) == Float(k < 16 ? k + 112 : k - 144))
    }
    #expect(q4.scale(nibbles, output: 0, group: 0) == 0.5 && q8.scale(bytes, output: 0, group: 0) == 0.5)
    let ones = [Float](repeating: 1, count: 32)
    #expect(run(call(rows: 1, q4), TestWeights(q4, words: Array(nibbles)), ones, before: [0]) == [-8])
    #expect(run(call(rows: 1, q8), TestWeights(q8, words: Array(bytes)), ones, before: [0]) == [-8])
  }

  @Test(arguments: [Format.q8, .q4, .int8])
  func weightsTooSmallForAScaleAreZero(format: Format) {
    let packing = MatmulPacking(format: format, inputs: 32, outputs: 1)
    let words = operand(packing.pack(quantizing: operand([Float](repeating: 0x1p-133, count: 32))))
    if format.isScaled { #expect(packing.scale(words, output: 0, group: 0) == 0) }
    #expect((0..<32).allSatisfy { packing.weight(words, output: 0, input: $0) == 0 })
  }

  /// llama.cpp's rounding, by hand: q4_0 takes its scale from the value of greatest magnitude, sign included.
  @Test func blocksAreQuantizedAsPublished() {
    let ramp = (0..<32).map { Float($0) - 20 }  // -20 ... 11
    let q4 = MatmulPacking(format: .q4, inputs: 32, outputs: 1)
    let nibbles = operand(q4.pack(quantizing: operand(ramp)))
    #expect(q4.scale(nibbles, output: 0, group: 0) == 2.5)
    let q8 = MatmulPacking(format: .q8, inputs: 32, outputs: 1)
    let bytes = operand(q8.pack(quantizing: operand(ramp.map { $0 * 6.35 })))  // -127 ... 69.85
    #expect(q8.scale(bytes, output: 0, group: 0) == 1)
    for k in 0..<32 {
      // -19 / 2.5 + 8.5 = 0.9, cut off; 11 / 2.5 + 8.5 = 12.9.
      #expect(q4.weight(nibbles, output: 0, input: k) == (ramp[k] / 2.5 + 8.5).rounded(.down) - 8)
      #expect(abs(q8.weight(bytes, output: 0, input: k) - ramp[k] * 6.35) <= 0.501)
    }
  }

  /// Quantized weights are within half a scale of the floats: 1 / 254 of the greatest magnitude for bytes, 1 / 8 for nibbles
  /// (one whole scale where the greatest value's sign is the rarer), and the f16 rounding of the scale.
  @Test(arguments: [Format.q8, .q4, .int8])
  func quantizationIsClose(format: Format) {
    var random = SplitMix64(5)
    let (inputs, outputs) = (77, 40)
    let packing = MatmulPacking(format: format, inputs: inputs, outputs: outputs)
    let floats = random.floats(inputs * outputs)
    let words = operand(packing.pack(quantizing: operand(floats)))
    let bound: Float = format == .q4 ? 0.126 : 0.0045
    for n in 0..<outputs {
      for k in 0..<inputs {
        let scale =
          format == .int8
          ? Float(bitPattern: words[packing.tileWordCount * (n / 32 + 1) - 32 + n % 32])
          : packing.scale(words, output: n, group: k / 32)
        let value = packing.weight(words, output: n, input: k) * scale
        #expect(abs(value - floats[n * inputs + k]) <= bound)
      }
    }
  }

  @Test func paddingIsZero() {
    let packing = MatmulPacking(format: .f16, inputs: 9, outputs: 3)
    let packed = packing.pack(halves: operand([UInt16](repeating: 0x3c00, count: 27)))
    #expect(packed.count == 2 * 32 * 4)
    #expect(packed.reduce(0) { $0 + $1.nonzeroBitCount } == 27 * UInt16(0x3c00).nonzeroBitCount)
  }

  @Test func choicesAreSorted() {
    let schedule = mutableOperand([UInt32](repeating: 7, count: 6 * 3))
    let p = SortChoices(rows: 6, matrices: 2, rowsPerGroup: 2, groups: 6)
    Reference.sortChoices(p, choices: operand([1, 5, 0, 1, 2, 1]), schedule: schedule)
    let groups: [UInt32] = [0, 2, NO_ROW, 1, 0, 3, 1, 5, NO_ROW, NO_MATRIX, 1, 4]
    #expect(Array(schedule) == groups + [UInt32](repeating: NO_ROW, count: 6))
  }

  /// Two matrices: by blocks of rows, by choice, and a choice that does not exist.
  @Test func stackedMatrices() {
    let packing = MatmulPacking(format: .f32, inputs: 2, outputs: 1)
    let words = [[1, 10], [100, 1000]].flatMap { packing.pack(floats: operand($0 as [Float])).words }
    let matrix = TestWeights(packing, words: words)
    var p = call(rows: 1, packing)
    (p.matrices, p.boundMatrices) = (2, 2)
    #expect(run(p, matrix, [1, 2, 3, 4], before: [0, 0], blocks: 2) == [21, 4300])
    (p.choices, p.accumulate) = (3, 1)
    let chosen = run(p, matrix, [1, 2], before: [1, 1, 1], choices: [1, 2, 0], blocks: 3)
    #expect(chosen == [2101, 0, 22])
    (p.rows, p.sorted) = (3, 2)
    let schedule: [UInt32] = [0, 2, NO_ROW, 1, 0, 9, NO_MATRIX, 1, NO_ROW]
    #expect(run(p, matrix, [1, 2], before: [1, 1, 1], choices: schedule, blocks: 3) == [2101, 0, 22])
    (p.rows, p.sorted) = (1, 0)
    // The second matrix alone is bound: rows of the first stay for another call.
    (p.firstMatrix, p.boundMatrices) = (1, 1)
    let second = TestWeights(packing, words: Array(words[packing.wordCount...]))
    #expect(run(p, second, [1, 2], before: [1, 1, 1], choices: [1, 2, 0], blocks: 3) == [2101, 0, 1])
  }
}

private func call(rows: Int, _ packing: MatmulPacking) -> ShaderInterface.Matmul {
  Matmul(
    rows: U32(rows), inputs: U32(packing.inputs), outputs: U32(packing.outputs), accumulate: 0, hasBias: 0,
    transform: 0, significantBits: 24, choices: 0, sorted: 0, matrices: 1, firstMatrix: 0, boundMatrices: 1,
    firstTile: 0
  )
}

/// The result of the naive reference, which the fast one must equal.
private func run(
  _ p: ShaderInterface.Matmul, _ matrix: TestWeights, _ x: [Float], before: [Float], bias: [Float] = [0],
  choices: [UInt32] = [0], blocks: Int = 1
) -> [Float] {
  let (naive, fast) = (mutableOperand(before), mutableOperand(before))
  for (out, isFast) in [(naive, false), (fast, true)] {
    let operands = MatmulOperands(
      x: operand(x), weights: matrix.words, out: out, bias: operand(bias), choices: operand(choices))
    let reference = isFast ? Reference.matmulFast : Reference.matmul
    reference(matrix.packing.format, p, operands, blocks, matrix.packing.tiles)
  }
  #expect(bits(naive) == bits(fast))
  return Array(naive)
}

extension MatmulPacking.Format {
  fileprivate var bits: UInt32 {
    switch self {
    case .f32: ACTIVATION_BITS_F32
    case .f16: ACTIVATION_BITS_F16
    case .bf16: ACTIVATION_BITS_BF16
    default: ACTIVATION_BITS_BLOCKS
    }
  }
}

/// A packed matrix and its values, row-major.
private struct TestWeights {
  let packing: MatmulPacking
  let words: UnsafeBufferPointer<UInt32>
  var values: [Double] = []

  init(_ packing: MatmulPacking, words: [UInt32]) {
    self.packing = packing
    self.words = operand(words)
  }

  init(_ format: MatmulPacking.Format, inputs: Int, outputs: Int, random: inout SplitMix64) {
    packing = MatmulPacking(format: format, inputs: inputs, outputs: outputs)
    let given = random.adversarial(inputs * outputs)
    switch format {
    case .f32:
      words = operand(packing.pack(floats: operand(given)).words)
      values = given.map { abs($0) < 0x1p-38 ? 0 : Double($0) }
    case .f16:
      let halves = given.map { halfBits(of: min(max($0, -65_504), 65_504)) }
      words = operand(packing.pack(halves: operand(halves)))
      values = halves.map { Double(float(half: $0)) }
    case .bf16:
      let numbers = given.map { UInt16($0.bitPattern >> 16) }
      words = operand(packing.pack(brainFloats: operand(numbers)).words)
      values = numbers.map { Float(bitPattern: UInt32($0) << 16) }.map { abs($0) < 0x1p-38 ? 0 : Double($0) }
    default:
      let (blocks, decoded) = Self.blocks(packing, &random)
      words = operand(packing.pack(blocks: UnsafeRawBufferPointer(operand(blocks))))
      values = decoded
    }
  }

  /// Random published blocks and what they stand for, read from the published layout.
  private static func blocks(_ packing: MatmulPacking, _ random: inout SplitMix64) -> ([UInt8], [Double]) {
    let scales = random.adversarial(packing.outputs * packing.groups).map {
      halfBits(of: min(max($0, -65_504), 65_504))
    }
    var blocks: [UInt8] = []
    var values: [Double] = []
    for (index, scale) in scales.enumerated() {
      let bytes = (2..<packing.format.groupBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
      blocks += [UInt8(truncatingIfNeeded: scale), UInt8(scale >> 8)] + bytes
      let integers =
        packing.format == .q8
        ? bytes.map { Int(Int8(bitPattern: $0)) }
        : bytes.map { Int($0 & 15) - 8 } + bytes.map { Int($0 >> 4) - 8 }
      let left = packing.inputs - index % packing.groups * 32
      values += integers.prefix(left).map { Double($0) * Double(float(half: scale)) }
    }
    return (blocks, values)
  }
}
