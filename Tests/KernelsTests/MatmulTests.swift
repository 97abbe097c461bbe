import Conformance
import Numerics
import Reference
import ShaderInterface
import Testing

@testable import Kernels

extension KernelsTests {
  @Suite(.needsDevice) struct MatmulTests {
    static let shapes: [(MatmulKind, inputs: Int, outputs: Int)] =
      MatmulKind.all.flatMap { [($0, 320, 170), ($0, 137, 65), ($0, 129, 33)] }

    @Test(arguments: shapes)
    func `A row alone gives the bits it gives among M rows`(kind: MatmulKind, inputs: Int, outputs: Int)
      throws
    {
      try withDevice { backend in
        let data = try MatmulData(backend, kind, rows: 64, inputs: inputs, outputs: outputs)
        let expected = try data.rowsAlone(0..<64, backend)
        #expect(Set(expected.map(\.bitPattern)).count > 64)
        for rows in 1...64 {
          let result = try data.result(backend, rows: rows)
          #expect(firstDifference(result, Array(expected[0..<rows * outputs])) == nil, "\(rows) rows")
        }
      }
    }

    @Test(arguments: MatmulKind.all)
    func `A row among 4,096 gives the bits it gives alone`(kind: MatmulKind) throws {
      try withDevice { backend in
        let data = try MatmulData(backend, kind, rows: 4096, inputs: 72, outputs: 34)
        let all = try data.result(backend, rows: 4096)
        for range in [0..<3, 2046..<2050, 4093..<4096] {
          let alone = try data.rowsAlone(range, backend)
          let among = Array(all[range.lowerBound * 34..<range.upperBound * 34])
          #expect(firstDifference(among, alone) == nil, "rows \(range)")
        }
      }
    }

    @Test(arguments: shapes)
    func `Every tile and every slicing gives the same bits`(kind: MatmulKind, inputs: Int, outputs: Int)
      throws
    {
      try withDevice { backend in
        let data = try MatmulData(backend, kind, rows: 19, inputs: inputs, outputs: outputs)
        let expected = try data.result(backend, rows: 19, twice: true)
        for tile in 1...16 {
          let result = try data.result(backend, rows: 19, twice: true) { $0.rowsPerGroup = tile }
          #expect(firstDifference(result, expected) == nil, "tile \(tile)")
        }
        let tileBytes = 4 * MatmulPacking(format: kind.format, inputs: inputs, outputs: outputs).tileWordCount
        let sliced = try data.result(backend, rows: 19, twice: true) { $0.bytesPerBinding = 4 * tileBytes }
        #expect(firstDifference(sliced, expected) == nil)
      }
    }

    @Test func `Weights larger than a device can bind take several dispatches`() throws {
      try withDevice { backend in
        let weights = PackedWeights(
          words: try backend.makeTensor(10 * 2 * 32 * 4, "weights"), format: .f16, outputs: 320, inputs: 16)
        let slices = try weights.slices(byteCount: 9 * 1024)
        #expect(slices.map(\.tiles) == [0..<8, 8..<10])
        #expect(slices.map(\.words) == [0..<8 * 256, 8 * 256..<10 * 256])
        #expect(try weights.slices(byteCount: 10 * 1024).count == 1)
        let stack = PackedWeights(words: weights.words, format: .f16, outputs: 64, inputs: 16, matrices: 5)
        #expect(try stack.slices(byteCount: 4096).map(\.matrices) == [0..<2, 2..<4, 4..<5])
      }
    }

    @Test(arguments: OutputTransform.allCases, [13, 24] as [UInt32])
    func `A fused call gives the bits of separate kernels`(transform: OutputTransform, bits: UInt32) throws {
      let (rows, outputs) = (5, 70)
      try withDevice { backend in
        let data = try MatmulData(backend, MatmulKind(.q8), rows: rows, inputs: 96, outputs: outputs)
        let biasRow = (0..<outputs).map { Float($0 - 30) / 8 }
        let bias = try backend.makeTensor(biasRow, "bias")
        let fused = try data.result(backend, rows: rows) {
          ($0.bias, $0.transform, $0.significantBits) = (bias, transform, bits)
        }
        let biasRows = try backend.makeTensor((0..<rows).flatMap { _ in biasRow }, "bias rows")
        let sum: Tensor<Float> = try backend.makeTensor(rows * outputs, "sum")
        let out: Tensor<Float> = try backend.makeTensor(rows * outputs, "out")
        // silu is swiglu with ups of one: rows of gates, then ones.
        let gates: Tensor<Float> = try backend.makeTensor(rows * 2 * outputs, "gates")
        try backend.write([Float](repeating: 1, count: rows * 2 * outputs), to: gates)
        let count = rows * outputs
        try backend.run("separate") { list in
          list.matmul(data.x, data.weights, out: sum, rows: rows)
          list.residualAdd(sum, biasRows, out: sum, count: count)
          for r in 0..<rows {
            list.copy(
              sum[r * outputs..<(r + 1) * outputs], to: gates[2 * r * outputs..<(2 * r + 1) * outputs])
          }
          switch transform {
          case .none: list.roundActivations(sum, out: out, count: count, significantBits: bits)
          case .silu: list.swiglu(gates, out: out, rows: rows, columns: outputs, significantBits: bits)
          case .gelu: list.gelu(sum, out: out, count: count, significantBits: bits)
          case .geluErf: list.gelu(sum, out: out, count: count, form: .erf, significantBits: bits)
          case .softplus:
            list.softplus(sum, out: out, rows: rows, columns: outputs, significantBits: bits)
          }
        }
        #expect(firstDifference(fused, try backend.read(out)) == nil)
      }
    }

    @Test func `The longest int8 sum does not overflow`() throws {
      let inputs = Int(INT8_INPUTS)
      try withDevice { backend in
        let packing = MatmulPacking(format: .int8, inputs: inputs, outputs: 2)
        let bytes = [Int8](repeating: -128, count: inputs) + [Int8](repeating: 127, count: inputs)
        let words = bytes.withUnsafeBufferPointer { bytes in
          ([1, 1] as [Float]).withUnsafeBufferPointer { packing.pack(bytes: bytes, scales: $0).words }
        }
        let weights = PackedWeights(
          words: try backend.makeTensor(words, "weights"), format: .int8, outputs: 2, inputs: inputs)
        var row = [UInt32](repeating: 0x8181_8181, count: inputs / 4)  // -127
        row += [Float(1).bitPattern, 0, 0, 0]
        let x = try backend.makeTensor(row, "x")
        let out: Tensor<Float> = try backend.makeTensor(2, "out")
        try backend.run("longest sum") { $0.matmul(x, weights, out: out, rows: 1) }
        #expect(try backend.read(out) == [Float(inputs * 127 * 128), -Float(inputs * 127 * 127)])
      }
    }

    @Test(arguments: [nil, 1, 8, 16] as [Int?], [nil, 4] as [Int?])
    func `Chosen matrices give the bits of calls with one matrix, sorted or not`(sorted: Int?, tile: Int?)
      throws
    {
      let (rows, inputs, outputs, matrices) = (37, 40, 33, 4)
      try withDevice { backend in
        let data = try MatmulData(
          backend, MatmulKind(.bf16), rows: rows, inputs: inputs, outputs: outputs, matrices: matrices)
        let indices = (0..<2 * rows).map { UInt32($0 * 3 % (matrices + 1)) }
        let choices = try backend.sorted(indices, count: 2, matrices: matrices, rowsPerGroup: sorted)
        let chosen = try data.result(backend, rows: rows, outputRows: 2 * rows) {
          ($0.choices, $0.rowsPerGroup) = (choices, tile)
        }
        let stride = data.weights.words.count / matrices
        var byMatrix = try (0..<matrices).map { m in
          try data.result(backend, rows: rows) {
            $0.weights = PackedWeights(
              words: data.weights.words[m * stride..<(m + 1) * stride], format: .bf16, outputs: outputs,
              inputs: inputs)
          }
        }
        byMatrix.append([Float](repeating: 0, count: rows * outputs))
        let expected = indices.enumerated().flatMap { row, m in
          byMatrix[Int(m)][row / 2 * outputs..<(row / 2 + 1) * outputs]
        }
        #expect(firstDifference(chosen, expected) == nil)
      }
    }
  }
}

extension Backend {
  /// Choices of `count` a row, sorted in groups of `rowsPerGroup` unless that is nil.
  fileprivate func sorted(_ indices: [UInt32], count: Int, matrices: Int, rowsPerGroup: Int?) throws
    -> MatrixChoices
  {
    let choices = try makeTensor(indices, "choices")
    guard let size = rowsPerGroup else { return MatrixChoices(indices: choices, count: count) }
    let words = SortedChoices.wordCount(rows: indices.count, matrices: matrices, rowsPerGroup: size)
    let sorted = SortedChoices(schedule: try makeTensor(words, "schedule"), rowsPerGroup: size)
    try run("sort") { $0.sortChoices(choices, out: sorted, rows: indices.count, matrices: matrices) }
    return MatrixChoices(indices: choices, count: count, sorted: sorted)
  }
}

/// Options of a call that a test changes.
private struct MatmulOptions {
  var weights: PackedWeights
  var accumulate = false
  var bias: Tensor<Float>?
  var transform = OutputTransform.none
  var significantBits: UInt32 = 24
  var choices: MatrixChoices?
  var rowsPerGroup, bytesPerBinding: Int?
}

private struct MatmulData {
  let x, row, rowOut: Tensor<Float>
  let quantized: Tensor<UInt32>
  let weights: PackedWeights
  let kind: MatmulKind

  init(
    _ backend: any Backend, _ kind: MatmulKind, rows: Int, inputs: Int, outputs: Int, matrices: Int = 1
  ) throws {
    self.kind = kind
    let format = kind.format
    var random = CaseRandom(seed: 1, family: "matmul rows", index: inputs)
    let bits = format.activationBits
    x = try backend.makeTensor(
      (0..<rows * inputs).map { _ in rounded(Float.random(in: -1..<1, using: &random), to: bits) }, "x")
    row = try backend.makeTensor(inputs, "one row")
    quantized = try backend.makeTensor(rows * kind.rowWords(inputs: inputs), "quantized rows")
    rowOut = try backend.makeTensor(outputs, "one row's result")
    let words = (0..<matrices).flatMap { _ in random.plainWeights(format, outputs: outputs, inputs: inputs) }
    weights = PackedWeights(
      words: try backend.makeTensor(words, "weights"), format: format, outputs: outputs, inputs: inputs,
      matrices: matrices)
  }

  /// Rows of x one at a time.
  func rowsAlone(_ rows: Range<Int>, _ backend: any Backend) throws -> [Float] {
    let (inputs, outputs) = (weights.inputs, weights.outputs)
    let single: Tensor<Float> = try backend.makeTensor(rows.count * outputs, "rows, one at a time")
    try backend.run("one row") { list in
      for (i, r) in rows.enumerated() {
        list.copy(x[r * inputs..<(r + 1) * inputs], to: row)
        multiply(list, row, MatmulOptions(weights: weights), out: rowOut, rows: 1)
        list.copy(rowOut, to: single[i * outputs..<(i + 1) * outputs])
      }
    }
    return try backend.read(single)
  }

  /// - Parameter twice: accumulates the product once more.
  func result(
    _ backend: any Backend, rows: Int, outputRows: Int? = nil, twice: Bool = false,
    _ change: (inout MatmulOptions) throws -> Void = { _ in }
  ) throws -> [Float] {
    var options = MatmulOptions(weights: weights)
    try change(&options)
    let out: Tensor<Float> = try backend.makeTensor((outputRows ?? rows) * weights.outputs, "out")
    try backend.run("matmul") { list in
      for accumulate in twice ? [false, true] : [false] {
        options.accumulate = accumulate
        multiply(list, x, options, out: out, rows: rows)
      }
    }
    return try backend.read(out)
  }

  /// The call, after the rows are quantized where the product is of bytes.
  func multiply(
    _ list: any CommandList, _ x: Tensor<Float>, _ options: MatmulOptions, out: Tensor<Float>, rows: Int
  ) {
    guard kind.hasByteRows else { return multiply(list, input: x, options, out: out, rows: rows) }
    if kind.format == .int8 {
      list.quantizeRows(x, out: quantized, rows: rows, columns: weights.inputs)
    } else {
      list.quantizeBlocks(x, out: quantized, rows: rows, columns: weights.inputs)
    }
    multiply(list, input: quantized, options, out: out, rows: rows)
  }

  private func multiply<Input: MatmulInput>(
    _ list: any CommandList, input: Tensor<Input>, _ options: MatmulOptions, out: Tensor<Float>, rows: Int
  ) {
    list.matmul(
      input, options.weights, out: out, rows: rows, accumulate: options.accumulate, bias: options.bias,
      transform: options.transform, significantBits: options.significantBits, choices: options.choices,
      rowsPerGroup: options.rowsPerGroup, bytesPerBinding: options.bytesPerBinding)
  }
}

extension CaseRandom {
  /// Packed weights around -1 ... 1.
  fileprivate mutating func plainWeights(_ format: PackedWeights.Format, outputs: Int, inputs: Int)
    -> [UInt32]
  {
    let packing = MatmulPacking(format: format, inputs: inputs, outputs: outputs)
    let list = (0..<outputs * inputs).map { _ in Float.random(in: -1..<1, using: &self) }
    switch format {
    case .f32: return list.withUnsafeBufferPointer { packing.pack(floats: $0).words }
    case .f16: return list.map(halfBits).withUnsafeBufferPointer { packing.pack(halves: $0) }
    case .bf16:
      let numbers = list.map { UInt16($0.bitPattern >> 16) }
      return numbers.withUnsafeBufferPointer { packing.pack(brainFloats: $0).words }
    case .q8, .q4, .int8: return list.withUnsafeBufferPointer { packing.pack(quantizing: $0) }
    }
  }
}
