import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

@Suite struct RowKernelTests {
  @Test func embeddingGatherTakesRowsAndZeroesUnknownTokens() {
    let halves: [UInt16] = [0x3c00, 0x8000, 0x0001, 0xc000, 0x7bff, 0x0400]
    let p = EmbeddingGather(rows: 4, columns: 2, vocabulary: 3, firstRow: 1)
    let out = poisoned(8)
    Reference.embeddingGather(
      p, tokens: operand([9, 2, 0, 3, NO_TOKEN]), table: operand(words(halves)), out: out)
    #expect(bits(out) == bits([65_504, 0x1p-14, 1, 0, 0, 0, 0, 0]))
    let row1 = poisoned(2)
    Reference.embeddingGather(
      EmbeddingGather(rows: 1, columns: 2, vocabulary: 3, firstRow: 0), tokens: operand([1]),
      table: operand(words(halves)), out: row1)
    #expect(Array(row1) == [0x1p-24, -2])
  }

  @Test func rowsAndColumnsAreTakenByIndex() {
    let x: [UInt32] = [1, 2, 3, 4, 5, 6]
    func filled(_ count: Int) -> UnsafeMutableBufferPointer<UInt32> {
      mutableOperand([UInt32](repeating: 77, count: count))
    }
    // Three rows of two; the second and third source of four.
    let rows = filled(4)
    Reference.gatherRows(
      GatherRows(
        sequences: 1, rows: 3, columns: 2, count: 2, firstSource: 1, sourceStride: 3, missing: 9),
      x: operand(x), sources: operand([0, 2, 3, 0]), out: rows)
    #expect(Array(rows) == [5, 6, 9, 9])
    // Three sequences of two rows of one; a source is a row of its sequence.
    let own = filled(3)
    Reference.gatherRows(
      GatherRows(
        sequences: 3, rows: 2, columns: 1, count: 1, firstSource: 1, sourceStride: 2, missing: 0),
      x: operand(x), sources: operand([8, 1, 8, 0, 8, 2]), out: own)
    #expect(Array(own) == [2, 3, 0])
    // Of the rows with target 3 the last stays; target 4 and NO_NODE do not exist.
    let out = filled(4)
    Reference.scatterRows(
      ScatterRows(count: 6, columns: 1, rows: 4, sequences: 1), x: operand(x),
      targets: operand([3, 0, 3, 4, 3, NO_NODE]), out: out)
    #expect(Array(out) == [2, 77, 77, 5])
    // Two sequences of three rows each: of each two targets.
    let apart = filled(4)
    Reference.scatterRows(
      ScatterRows(count: 3, columns: 1, rows: 2, sequences: 2), x: operand(x),
      targets: operand([1, 1, 2, 0, 3, NO_NODE]), out: apart)
    #expect(Array(apart) == [77, 2, 4, 77])
    for (rowLists, expected) in [(0, [3, 8, 6, 8]), (1, [3, 8, 4, 6])] as [(U32, [UInt32])] {
      let columns = filled(4)
      Reference.gatherColumns(
        GatherColumns(rows: 2, columns: 3, count: 2, rowLists: rowLists, missing: 8), x: operand(x),
        indices: operand([2, 3, 0, 2]), out: columns)
      #expect(Array(columns) == expected)
    }
  }

  /// Bound: the squares' sum is off by (columns / 64 + 7) * 2^-24 of itself, its root by half of that; the root
  /// function by 2.2 ulp, each of three products by 2^-24, the output by 2^-bits; a flush by 2^-64 * |weight|.
  @Test(arguments: [1, 2, 63, 64, 65, 128, 200, 1024], [13, 24] as [UInt32])
  func rmsNormIsWithinItsRoundings(columns: Int, significantBits: UInt32) {
    var random = SplitMix64(UInt64(columns))
    let x = random.floats(columns) + random.adversarial(columns) + [Float](repeating: 0, count: columns)
    let weight = random.floats(columns)
    let p = RmsNorm(
      rows: 3, segments: 1, columns: U32(columns), stride: U32(columns), first: 0,
      inverseColumns: Float(1 / Double(columns)), epsilon: 1e-5, significantBits: significantBits)
    let out = poisoned(x.count)
    Reference.rmsNorm(p, x: operand(x), weight: operand(weight), out: out)
    for r in 0..<3 { expectNorm(Array(out), of: x, from: r * columns, weight, significantBits) }
  }

  /// Three heads of a query and two of a key in rows that a projection wrote, each part with a weight of its own.
  @Test(arguments: [1, 64, 80, 128])
  func headsAreNormedInPlace(headSize: Int) {
    var random = SplitMix64(UInt64(headSize))
    let (rows, first, key) = (4, 3, 3 + 3 * headSize)
    let stride = key + 2 * headSize + 7
    let x = random.floats(rows * stride)
    let weights = [random.floats(headSize), random.floats(headSize)]
    let out = mutableOperand(x)
    var expected = Set<Int>()
    for (weight, (place, segments)) in zip(weights, [(first, 3), (key, 2)]) {
      let p = RmsNorm(
        rows: U32(rows), segments: U32(segments), columns: U32(headSize), stride: U32(stride),
        first: U32(place), inverseColumns: Float(1 / Double(headSize)), epsilon: 1e-5, significantBits: 24)
      Reference.rmsNorm(p, x: UnsafeBufferPointer(out), weight: operand(weight), out: out)
      for r in 0..<rows {
        for head in 0..<segments {
          let start = r * stride + place + head * headSize
          expectNorm(Array(out), of: x, from: start, weight, 24)
          expected.formUnion(start..<start + headSize)
        }
      }
    }
    for i in x.indices where !expected.contains(i) { #expect(out[i] == x[i], "element \(i)") }
  }

  private func expectNorm(
    _ out: [Float], of x: [Float], from start: Int, _ weight: [Float], _ significantBits: UInt32
  ) {
    let columns = weight.count
    let relative = (Double(columns / 64 + 7) / 2 + 12) * 0x1p-24 + pow(2, -Double(significantBits))
    let row = x[start..<start + columns].map(Double.init)
    let mean = row.map { $0 * $0 }.reduce(0, +) / Double(columns)
    for i in 0..<columns {
      let exact = row[i] / (mean + 1e-5).squareRoot() * Double(weight[i])
      #expect(abs(Double(out[start + i]) - exact) <= relative * abs(exact) + 0x1p-63, "element \(start + i)")
    }
  }

  /// Bound: sigmoid 3.8 ulp, three products 2^-24 each, the output 2^-bits; flushes 2^-58 * |u| (|g| < 64 there).
  @Test(arguments: [13, 24] as [UInt32])
  func swigluIsWithinItsRoundings(significantBits: UInt32) {
    var random = SplitMix64(5)
    let columns = 1000
    let x = random.adversarial(columns).map { $0 * 8 } + random.floats(columns)
    let out = poisoned(columns)
    Reference.swiglu(
      GatedUnit(rows: 1, columns: U32(columns), significantBits: significantBits), x: operand(x), out: out)
    for i in 0..<columns {
      let (g, u) = (Double(x[i]), Double(x[columns + i]))
      let exact = g / (1 + exp(-g)) * u
      let bound = (11 * 0x1p-24 + pow(2, -Double(significantBits))) * abs(exact) + 0x1p-58 * abs(u) + 0x1p-64
      #expect(abs(Double(out[i]) - exact) <= bound, "\(g) \(u)")
    }
  }

  @Test func residualAddAndRoundActivationsRoundOnce() {
    var random = SplitMix64(6)
    let (a, b) = (random.adversarial(500), random.adversarial(500))
    let sum = mutableOperand(a)
    Reference.residualAdd(
      ResidualAdd(count: 500, significantBits: 16), a: UnsafeBufferPointer(sum), b: operand(b), out: sum)
    let plain = mutableOperand(a)
    Reference.roundActivations(
      RoundActivations(count: 500, significantBits: 13), x: UnsafeBufferPointer(plain), out: plain)
    for i in 0..<500 {
      let exact = Double(a[i]) + Double(b[i])
      #expect(abs(Double(sum[i]) - exact) <= (0x1p-16 + 0x1p-23) * abs(exact) + 0x1p-64)
      #expect(abs(Double(plain[i]) - Double(a[i])) <= 0x1p-13 * Double(abs(a[i])) + 0x1p-64)
    }
  }

  @Test(arguments: [(2, 2), (3, 0), (NO_NODE, 0)] as [(UInt32, Int)])
  func gatherRowTakesTheLastNode(node: UInt32, row: Int) {
    let x = SplitMix64(8).copyOfFloats(12)
    let out = poisoned(4)
    Reference.gatherRow(
      GatherRow(columns: 4, rows: 3, sequences: 1), x: operand(x),
      state: operand([7, 0, 0, 3, node, 0, 0, 0]), out: out)
    #expect(Array(out) == Array(x[row * 4..<row * 4 + 4]))
  }
}

extension SplitMix64 {
  fileprivate func copyOfFloats(_ count: Int) -> [Float] {
    var copy = self
    return copy.floats(count)
  }
}
