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

  private func quantizedBlocks(_ x: [Float], rows: Int, columns: Int) -> UnsafeMutableBufferPointer<UInt32> {
    let out = mutableOperand([UInt32](repeating: 0xdead_beef, count: rows * ((columns + 127) / 128 * 36)))
    Reference.quantizeBlocks(QuantizeRows(rows: U32(rows), columns: U32(columns)), x: operand(x), out: out)
    return out
  }

  /// Column 128 starts a chunk; each block has its own scale, an empty and a broken one too.
  @Test func blocksByHand() {
    var row = [Float](repeating: 0, count: 130)
    (row[0], row[1], row[31]) = (127, -63.5, 2.5)
    (row[64], row[65]) = (254, 3)  // a step is 2, so 3 lies between two bytes
    row[97] = .infinity
    row[129] = -1
    let words = quantizedBlocks(row, rows: 1, columns: 130)
    #expect([0, 1, 31, 64, 65, 97].map { byte(words, $0) } == [127, -64, 2, 127, 2, 0])
    #expect((130..<256).allSatisfy { byte(words, $0 + 16) == 0 })
    #expect(byte(words, 128 + 16 + 1) == -127)
    let scales = [32, 33, 34, 35, 68, 69].map { Float(bitPattern: words[$0]) }
    #expect(abs(scales[0] - 1) <= 0x1p-23 && abs(scales[2] - 2) <= 0x1p-22)
    #expect(scales[1] == 0 && scales[3].bitPattern == NAN_BITS)
    #expect(abs(scales[4] - 1.0 / 127) <= 0x1p-30 && scales[5] == 0)
  }

  /// Of exact arithmetic on the bytes as stored: a rounding for the product of scales, one for each scaled block, those of the
  /// four sums in a chunk and of the chunks.
  @Test(arguments: [MatmulPacking.Format.q8, .q4], [1, 31, 33, 129, 500])
  func blockProductsAreWithinTheirBound(format: MatmulPacking.Format, inputs: Int) {
    let (rows, outputs) = (3, 35)
    var random = SplitMix64(UInt64(inputs))
    let x = quantizedBlocks(random.floats(rows * inputs), rows: rows, columns: inputs)
    let packing = MatmulPacking(format: format, inputs: inputs, outputs: outputs)
    let weights = operand(packing.pack(quantizing: operand(random.floats(inputs * outputs))))
    let p = Matmul(
      rows: 3, inputs: U32(inputs), outputs: 35, accumulate: 0, hasBias: 0, transform: 0, significantBits: 24,
      choices: 0, sorted: 0, matrices: 1, firstMatrix: 0, boundMatrices: 1, firstTile: 0)
    let out = poisoned(rows * outputs)
    let operands = MatmulOperands(
      x: UnsafeBufferPointer(x), weights: weights, out: out, bias: operand([0]), choices: operand([0]))
    Reference.matmulBlocksInt8(format, p, operands, blocks: 1, tiles: packing.tiles)
    let chunks = (inputs + 127) / 128
    for r in 0..<rows {
      let row = UnsafeMutableBufferPointer(rebasing: x[r * chunks * 36..<(r + 1) * chunks * 36])
      for n in 0..<outputs {
        var (exact, magnitude) = (0.0, 0.0)
        for k in 0..<inputs {
          let value =
            Double(byte(row, k / 128 * 144 + k % 128))
            * Double(Float(bitPattern: row[k / 128 * 36 + 32 + k % 128 / 32]))
          let weight =
            Double(packing.weight(weights, output: n, input: k))
            * Double(packing.scale(weights, output: n, group: k / 32))
          exact += value * weight
          magnitude += abs(value * weight)
        }
        let bound = Double(chunks + 6) * 0x1p-24 * magnitude + 0x1p-63
        #expect(abs(Double(out[r * outputs + n]) - exact) <= bound, "row \(r), output \(n)")
      }
    }
  }
}
