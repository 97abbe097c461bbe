import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

/// Row kernels against Double, within what their roundings explain.
@Suite struct RowKernelErrorTests {
  /// Bound, with u = 2^-24 and D = |mean| + |x - mean|: the mean is off by (columns / 64 + 8) u of the mean magnitude,
  /// so a centred value by that and u of itself, and the variance's share of it by twice its root mean square; the
  /// root function 2.2 ulp, three products, the add and the output's rounding. Values below 2^-40 count as zero in the
  /// squares only.
  @Test(arguments: [1, 2, 63, 64, 65, 128, 200, 1024], [13, 24] as [UInt32])
  func layerNormIsWithinItsRoundings(columns: Int, significantBits: UInt32) {
    var random = SplitMix64(UInt64(columns))
    let shifted = random.floats(columns).map { $0 + 100 }
    let x = random.floats(columns) + random.adversarial(columns) + shifted
    let (weight, bias) = (random.floats(columns), random.floats(columns))
    let p = LayerNorm(
      rows: 3, columns: U32(columns), inverseColumns: Float(1 / Double(columns)), epsilon: 1e-5,
      significantBits: significantBits)
    let out = poisoned(x.count)
    Reference.layerNorm(p, x: operand(x), weight: operand(weight), bias: operand(bias), out: out)
    let sums = Double(columns / 64 + 8) * 0x1p-24
    for r in 0..<3 {
      let row = x[r * columns..<(r + 1) * columns].map(Double.init)
      let mean = row.reduce(0, +) / Double(columns)
      let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(columns)
      let scale = 1 / (variance + 1e-5).squareRoot()
      let meanError = sums * row.map(abs).reduce(0, +) / Double(columns)
      for i in 0..<columns {
        let normal = (row[i] - mean) * scale
        let exact = normal * Double(weight[i]) + Double(bias[i])
        // The scale's own error: from the squares' sum, and from the mean's error in each centred value.
        let relative = sums + 12 * 0x1p-24 + meanError * scale
        let normalError = meanError * scale + relative * abs(normal)
        let bound =
          normalError * abs(Double(weight[i])) + (0x1p-23 + pow(2, -Double(significantBits))) * abs(exact)
          + 0x1p-23 * abs(normal * Double(weight[i])) + 0x1p-62
        #expect(abs(Double(out[r * columns + i]) - exact) <= bound, "row \(r) column \(i)")
      }
    }
  }

  /// Bound: geluErf 11 * 2^-24 on both sides, one product 2^-24, the output 2^-bits; flushes 2^-64 * |u| and 2^-64 * |g|.
  @Test(arguments: [13, 24] as [UInt32])
  func gegluErfIsWithinItsRoundings(significantBits: UInt32) {
    var random = SplitMix64(18)
    let gates = stride(from: Float(-10), through: 10, by: 0x1p-9) + random.adversarial(1000).map { $0 * 4 }
    let columns = gates.count
    let x = gates + random.floats(columns)
    let (out, alone) = (poisoned(columns), poisoned(columns))
    Reference.gegluErf(
      GatedUnit(rows: 1, columns: U32(columns), significantBits: significantBits), x: operand(x), out: out)
    Reference.geluErf(
      Gelu(count: U32(columns), significantBits: significantBits), x: operand(gates), out: alone)
    for i in 0..<columns {
      let (g, u) = (Double(x[i]), Double(x[columns + i]))
      let exact = g * erfc(-g / 2.0.squareRoot()) / 2
      let unit = (11 * 0x1p-24 + 2 * pow(2, -Double(significantBits))) * abs(exact) + 0x1p-64
      #expect(abs(Double(alone[i]) - exact) <= unit, "\(g)")
      let bound = (unit + 0x1p-24 * abs(exact)) * abs(u) + 0x1p-64 * abs(exact) + 0x1p-64
      #expect(abs(Double(out[i]) - exact * u) <= bound, "\(g) \(u)")
    }
  }

  /// Bound: gelu 6.1e-8 or 3.7 ulp, one product 2^-24, the output 2^-bits; flushes 2^-64 * |u| and 2^-64 * |g|.
  @Test(arguments: [13, 24] as [UInt32])
  func gegluIsWithinItsRoundings(significantBits: UInt32) {
    var random = SplitMix64(15)
    let columns = 1000
    let x = random.adversarial(columns).map { $0 * 4 } + random.floats(columns)
    let out = poisoned(columns)
    Reference.geglu(
      GatedUnit(rows: 1, columns: U32(columns), significantBits: significantBits), x: operand(x), out: out)
    let alone = poisoned(columns)
    Reference.gelu(
      Gelu(count: U32(columns), significantBits: significantBits), x: operand(Array(x.prefix(columns))),
      out: alone)
    for i in 0..<columns {
      let (g, u) = (Double(x[i]), Double(x[columns + i]))
      let exact = g / (1 + exp(-(8 / Double.pi).squareRoot() * (g + 0.044715 * g * g * g)))
      let unit = 9 * 0x1p-24 * abs(exact) + (g < 0 ? 6.1e-8 : 0) + 0x1p-64
      let rounding = 2 * pow(2, -Double(significantBits)) * abs(exact)
      #expect(abs(Double(alone[i]) - exact) <= unit + rounding, "\(g)")
      let bound = (unit + rounding) * abs(u) + 0x1p-64 * abs(exact) + 0x1p-64
      #expect(abs(Double(out[i]) - exact * u) <= bound, "\(g) \(u)")
    }
  }

  /// Bound: a gate's sigmoid 3.8 ulp and product, the column's product and the sum 2^-24 each, the output 2^-16; flushes 2^-64
  /// of both factors and of the result.
  @Test(arguments: [false, true])
  func scaleColumnsIsWithinItsRoundings(hasGate: Bool) {
    var random = SplitMix64(19)
    let (rows, columns) = (5, 100)
    let (base, x) = (random.adversarial(rows * columns), random.adversarial(rows * columns))
    let scales = random.adversarial(rows * columns).map { max(-40, min(40, $0 * 4)) }
    let out = poisoned(rows * columns)
    Reference.scaleColumns(
      ScaleColumns(
        rows: U32(rows), columns: U32(columns), inputStride: U32(columns), inputFirst: 0, width: 1,
        scaleStride: U32(columns), scaleFirst: 0, hasBase: 1, hasGate: hasGate ? 1 : 0, significantBits: 16),
      base: operand(base), x: operand(x), scales: operand(scales), out: out)
    for i in base.indices {
      let scale = Double(scales[i])
      let product = Double(x[i]) * (hasGate ? scale / (1 + exp(-scale)) : scale)
      let exact = Double(base[i]) + product
      let bound =
        (hasGate ? 10 : 1) * 0x1p-24 * abs(product) + (0x1p-24 + 0x1p-16)
        * (abs(Double(base[i])) + abs(product))
        + 0x1p-64 * (3 + abs(Double(x[i])) + abs(scale))
      #expect(abs(Double(out[i]) - exact) <= bound, "\(x[i]) * \(scale)")
    }
  }

  /// Rows of four columns from the second of six, a scale for two columns, then each row's from the third of three.
  @Test func scalesFollowTheirColumns() {
    let x = (0..<12).map { Float($0) }
    let call = { (stride: U32, first: U32, width: U32, scales: [Float]) -> [Float] in
      let out = poisoned(8)
      Reference.scaleColumns(
        ScaleColumns(
          rows: 2, columns: 4, inputStride: 6, inputFirst: 1, width: width, scaleStride: stride,
          scaleFirst: first, hasBase: 0, hasGate: 0, significantBits: 24),
        base: operand([]), x: operand(x), scales: operand(scales), out: out)
      return Array(out)
    }
    #expect(call(0, 0, 2, [1, 10]) == [1, 2, 30, 40, 7, 8, 90, 100])
    #expect(call(3, 2, 4, [9, 9, 1, 9, 9, 10]) == [1, 2, 3, 4, 70, 80, 90, 100])
  }

  /// Bound: a product 2^-24 of itself each, the sum 2^-24 and the output 2^-16; flushes 2^-64 of the scales and results.
  @Test(arguments: [(0.5, -3), (1, 1), (0x1p-10, 1000), (0, 2)] as [(Float, Float)])
  func scaledAddIsWithinItsRoundings(scaleA: Float, scaleB: Float) {
    var random = SplitMix64(16)
    let (a, b) = (random.adversarial(500), random.adversarial(500))
    let out = mutableOperand(a)
    Reference.scaledAdd(
      ScaledAdd(count: 500, scaleA: scaleA, scaleB: scaleB, significantBits: 16),
      a: UnsafeBufferPointer(out), b: operand(b), out: out)
    for i in 0..<500 {
      let (first, second) = (Double(a[i]) * Double(scaleA), Double(b[i]) * Double(scaleB))
      let exact = first + second
      let bound =
        0x1p-23 * (abs(first) + abs(second)) + 0x1p-16 * abs(exact)
        + 0x1p-64 * Double(3 + abs(scaleA) + abs(scaleB))
      #expect(abs(Double(out[i]) - exact) <= bound)
    }
  }

  /// Bound: each product and each of count adds 2^-24 of the sum of magnitudes, the output 2^-bits; flushes 2^-64 each.
  @Test(arguments: [(false, 13), (false, 24), (true, 13), (true, 24)] as [(Bool, UInt32)], [1, 2, 5, 30])
  func embeddingMixIsWithinItsRoundings(call: (hasFloatTable: Bool, bits: UInt32), count: Int) {
    let (hasFloatTable, significantBits) = call
    var random = SplitMix64(UInt64(17 + count))
    let (rows, columns, vocabulary, firstRow) = (3, 4, 6, 1)
    let values = random.floats(vocabulary * columns)
    let halves = values.map { halfBits(of: $0) }
    let weights = random.floats((firstRow + rows) * count)
    var tokens = weights.indices.map { _ in UInt32.random(in: 0..<7, using: &random) }
    tokens[tokens.count - 1] = NO_TOKEN
    let out = poisoned(rows * columns)
    let p = EmbeddingMix(
      rows: U32(rows), columns: U32(columns), vocabulary: U32(vocabulary), firstRow: U32(firstRow),
      count: U32(count), significantBits: significantBits)
    if hasFloatTable {
      Reference.embeddingMixF32(
        p, tokens: operand(tokens), weights: operand(weights), table: operand(values), out: out)
    } else {
      Reference.embeddingMix(
        p, tokens: operand(tokens), weights: operand(weights), table: operand(words(halves)), out: out)
    }
    for r in 0..<rows {
      for c in 0..<columns {
        var (exact, magnitude) = (0.0, 0.0)
        for j in 0..<count {
          let k = (firstRow + r) * count + j
          guard tokens[k] < vocabulary else { continue }
          let index = Int(tokens[k]) * columns + c
          let term = Double(weights[k]) * Double(hasFloatTable ? values[index] : float(half: halves[index]))
          exact += term
          magnitude += abs(term)
        }
        let bound =
          Double(count + 1) * (0x1p-24 * magnitude + 0x1p-62) + pow(2, -Double(significantBits)) * abs(exact)
        #expect(abs(Double(out[r * columns + c]) - exact) <= bound)
      }
    }
  }
}
