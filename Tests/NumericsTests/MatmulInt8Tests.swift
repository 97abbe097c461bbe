import Numerics
import Reference
import ShaderInterface
import Testing

@Suite struct MatmulInt8Tests {
  private func quantized(_ x: [Float], rows: Int, columns: Int) -> UnsafeMutableBufferPointer<UInt32> {
    let out = mutableOperand([UInt32](repeating: 0xdead_beef, count: rows * ((columns + 15) / 16 * 4 + 4)))
    Reference.quantizeRows(QuantizeRows(rows: U32(rows), columns: U32(columns)), x: operand(x), out: out)
    return out
  }

  private func byte(_ words: UnsafeMutableBufferPointer<UInt32>, _ i: Int) -> Int8 {
    Int8(truncatingIfNeeded: words[i / 4] >> UInt32(i % 4 * 8))
  }

  /// 127 is the greatest magnitude: bytes are the values to the nearest, ties to even.
  @Test func bytesByHand() {
    let row: [Float] = [127, -127, 0.5, 1.5, 2.5, -0.5, -1.5, 0.501, 0x1p-70, -0.0, 3, 4, 5, 6, 7, 8, 9]
    let words = quantized(row, rows: 1, columns: 17)
    let bytes: [Int8] = [127, -127, 0, 2, 2, 0, -2, 1, 0, 0, 3, 4, 5, 6, 7, 8, 9]
    #expect((0..<17).map { byte(words, $0) } == bytes)
    #expect((17..<32).allSatisfy { byte(words, $0) == 0 })
    #expect(abs(Float(bitPattern: words[8]) - 1) <= 0x1p-23)
    #expect(Array(words[9..<12]) == [0, 0, 0])
  }

  @Test func rowsWithoutAScale() {
    for value in [Float.nan, .infinity, -.infinity, 0x1.01p60] {
      let words = quantized([1, value], rows: 1, columns: 2)
      #expect(Array(words) == [0, 0, 0, 0, NAN_BITS, 0, 0, 0])
    }
    #expect(quantized([0x1.ffp-61, -0.0], rows: 1, columns: 2).allSatisfy { $0 == 0 })
    #expect(byte(quantized([0x1p-60, 0x1p60], rows: 2, columns: 1), 0) == 127)
  }

  /// Bound: half a step, and 2^-20 of the row's greatest magnitude for the rounded reciprocal.
  @Test(arguments: [1, 15, 16, 100, 257])
  func bytesAreWithinHalfAStep(columns: Int) {
    var random = SplitMix64(UInt64(columns))
    let x = random.adversarial(columns)
    let words = quantized(x, rows: 1, columns: columns)
    let scale = Double(Float(bitPattern: words[(columns + 15) / 16 * 4]))
    for (i, value) in x.enumerated() {
      let error = abs(Double(byte(words, i)) * scale - Double(value))
      #expect(error <= scale * (0.5 + 127 * 0x1p-20))
    }
  }

  /// The sum of products is exact; three roundings follow it, for the sum and two scales.
  @Test(arguments: [1, 31, 33, 500], [0, 1] as [UInt32])
  func productIsExactButForThreeRoundings(inputs: Int, hasBias: UInt32) {
    let (rows, outputs) = (3, 35)
    var random = SplitMix64(UInt64(inputs))
    let x = quantized(random.floats(rows * inputs), rows: rows, columns: inputs)
    let bytes = (0..<inputs * outputs).map { _ in Int8.random(in: -128...127, using: &random) }
    let scales = random.floats(outputs)
    let bias = random.floats(outputs)
    let packing = MatmulPacking(format: .int8, inputs: inputs, outputs: outputs)
    let weights = packing.pack(bytes: operand(bytes), scales: operand(scales)).words
    let p = Matmul(
      rows: 3, inputs: U32(inputs), outputs: 35, accumulate: 0, hasBias: hasBias, transform: 0,
      significantBits: 24, choices: 0, sorted: 0, matrices: 1, firstMatrix: 0, boundMatrices: 1, firstTile: 0)
    let out = poisoned(rows * outputs)
    let operands = MatmulOperands(
      x: UnsafeBufferPointer(x), weights: operand(weights), out: out, bias: operand(bias),
      choices: operand([0]))
    Reference.matmulInt8(p, operands, blocks: 1, tiles: packing.tiles)
    let stride = packing.groups * 4 + 4
    for r in 0..<rows {
      let row = UnsafeMutableBufferPointer(rebasing: x[r * stride..<(r + 1) * stride])
      let inputScale = Double(Float(bitPattern: row[stride - 4]))
      for n in 0..<outputs {
        let sum = (0..<inputs).reduce(0) { $0 + Int(byte(row, $1)) * Int(bytes[n * inputs + $1]) }
        let product = Double(sum) * inputScale * Double(scales[n])
        let exact = product + (hasBias == 1 ? Double(bias[n]) : 0)
        let bound = 4 * 0x1p-24 * (abs(product) + abs(exact)) + 0x1p-63
        #expect(abs(Double(out[r * outputs + n]) - exact) <= bound)
      }
    }
  }
}
