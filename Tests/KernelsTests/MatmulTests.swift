import Conformance
import Kernels
import Numerics
import Reference
import ShaderInterface
import Testing

extension KernelsTests {
  @Suite(.needsDevice) struct MatmulTests {
    static let shapes: [(PackedWeights.Format, inputs: Int, outputs: Int)] =
      PackedWeights.Format.allCases.flatMap { [($0, 320, 96), ($0, 137, 65), ($0, 129, 33)] }

    @Test(arguments: shapes)
    func `A row alone gives the bits it gives among M rows`(
      format: PackedWeights.Format, inputs: Int, outputs: Int
    ) throws {
      try withDevice { backend in
        let data = try MatmulData(backend, format, rows: 64, inputs: inputs, outputs: outputs)
        let single: Tensor<Float> = try backend.makeTensor(64 * outputs, "rows, one at a time")
        try backend.run("one row") { list in
          for r in 0..<64 {
            list.copy(data.x[r * inputs..<(r + 1) * inputs], to: data.row)
            list.matmul(data.row, data.weights, out: data.rowOut, rows: 1)
            list.copy(data.rowOut, to: single[r * outputs..<(r + 1) * outputs])
          }
        }
        let expected = try backend.read(single)
        #expect(Set(expected.map(\.bitPattern)).count > 64)
        for rows in 1...64 {
          let out: Tensor<Float> = try backend.makeTensor(rows * outputs, "\(rows) rows")
          try backend.run("many rows") { $0.matmul(data.x, data.weights, out: out, rows: rows) }
          let difference = firstDifference(try backend.read(out), Array(expected[0..<rows * outputs]))
          #expect(difference == nil, "\(rows) rows")
        }
      }
    }

    @Test(arguments: shapes)
    func `Every tile gives the same bits`(format: PackedWeights.Format, inputs: Int, outputs: Int) throws {
      try withDevice { backend in
        let data = try MatmulData(backend, format, rows: 19, inputs: inputs, outputs: outputs)
        var results: [[Float]] = []
        for tile in [nil] + Array(1...16) {
          let out: Tensor<Float> = try backend.makeTensor(19 * outputs, "tile")
          try backend.run("tile") { list in
            list.matmul(data.x, data.weights, out: out, rows: 19, rowsPerGroup: tile)
            list.matmul(data.x, data.weights, out: out, rows: 19, accumulate: true, rowsPerGroup: tile)
          }
          results.append(try backend.read(out))
        }
        for result in results.dropFirst() { #expect(firstDifference(result, results[0]) == nil) }
      }
    }
  }
}

private struct MatmulData {
  let x, row, rowOut: Tensor<Float>
  let weights: PackedWeights

  init(_ backend: any Backend, _ format: PackedWeights.Format, rows: Int, inputs: Int, outputs: Int) throws {
    var random = CaseRandom(seed: 1, family: "matmul rows", index: inputs)
    let bits = format.activationBits
    x = try backend.makeTensor(
      (0..<rows * inputs).map { _ in rounded(Float.random(in: -1..<1, using: &random), to: bits) }, "x")
    row = try backend.makeTensor(inputs, "one row")
    rowOut = try backend.makeTensor(outputs, "one row's result")
    let list = (0..<outputs * inputs).map { _ in Float.random(in: -1..<1, using: &random) }
    let packing = MatmulPacking(format: format == .f16 ? .f16 : .f32, inputs: inputs, outputs: outputs)
    let words =
      format == .f16
      ? list.map(halfBits).withUnsafeBufferPointer { packing.pack(halves: $0) }
      : list.withUnsafeBufferPointer { packing.pack(floats: $0).words }
    weights = PackedWeights(
      words: try backend.makeTensor(words, "weights"), format: format, outputs: outputs, inputs: inputs)
  }
}
