import Conformance
import Kernels
import ShaderInterface
import Testing

extension KernelsTests {
  /// Row i of M rows gives the bits that it gives alone, for the kernels that reduce over a row.
  @Suite(.needsDevice) struct RowTests {
    /// Numbers of rows; fewer where a row is slow on drivers that run on the CPU.
    static let counts = Array(1...64) + [100, 257]
    static let fewCounts = [1, 2, 5, 17, 40]

    @Test(arguments: [63, 64, 65, 300])
    func `rmsNorm`(columns: Int) throws {
      try compareRows(columns: columns, outputs: columns) { list, x, out, rows, weight in
        list.rmsNorm(
          x, weight: weight, out: out, rows: rows, columns: columns, epsilon: 1e-5, significantBits: 13)
      }
    }

    @Test(arguments: [63, 64, 65, 300])
    func `layerNorm`(columns: Int) throws {
      try compareRows(columns: columns, outputs: columns) { list, x, out, rows, weight in
        list.layerNorm(
          x, weight: weight, bias: weight, out: out, rows: rows, columns: columns, epsilon: 1e-5,
          significantBits: 13)
      }
    }

    @Test(arguments: [31, 32, 150], GeluForm.allCases)
    func `geglu`(columns: Int, form: GeluForm) throws {
      try compareRows(columns: 2 * columns, outputs: columns) { list, x, out, rows, _ in
        list.geglu(x, out: out, rows: rows, columns: columns, form: form, significantBits: 13)
      }
    }

    @Test(arguments: [31, 32, 150])
    func `swiglu`(columns: Int) throws {
      try compareRows(columns: 2 * columns, outputs: columns) { list, x, out, rows, _ in
        list.swiglu(x, out: out, rows: rows, columns: columns, significantBits: 13)
      }
    }

    @Test(arguments: [1, 65, 1000])
    func `argmax`(vocabulary: Int) throws {
      try compareRows(columns: vocabulary, outputs: 2, counts: Self.fewCounts) { list, x, out, rows, _ in
        list.argmax(x, out: words(out), rows: rows, vocabulary: vocabulary)
      }
    }

    @Test(arguments: [9, 65, 1000])
    func `topTokens`(vocabulary: Int) throws {
      try compareRows(columns: vocabulary, outputs: 8, counts: Self.fewCounts) { list, x, out, rows, _ in
        list.topTokens(x, out: words(out), rows: rows, vocabulary: vocabulary, count: 8)
      }
    }

    @Test(arguments: [9, 65, 1000], [Warp(), Warp(temperature: 0.7, topK: 7, topP: 0.8)])
    func `distribution`(vocabulary: Int, warp: Warp) throws {
      try withDevice { backend in
        let totals: Tensor<UInt32> = try backend.makeTensor(2 * Self.fewCounts.last!, "totals")
        try compareRows(columns: vocabulary, outputs: vocabulary, counts: Self.fewCounts) {
          list, x, out, rows, _ in
          let result = DistributionRows(weights: words(out), totals: totals, vocabulary: vocabulary)
          list.distribution(x, warp: warp, out: result, rows: rows)
        }
      }
    }

    @Test(arguments: [9, 257, 1000])
    func `rowStatistics`(vocabulary: Int) throws {
      try withDevice { backend in
        let status: Tensor<UInt32> = try backend.makeTensor(Self.fewCounts.last!, "status")
        try compareRows(columns: vocabulary, outputs: 4, counts: Self.fewCounts) { list, x, out, rows, _ in
          list.rowStatistics(x, out: out, status: status, rows: rows, vocabulary: vocabulary)
        }
      }
    }

    @Test(arguments: [300, 3000], [1, 40, 256])
    func `topTokens of many`(vocabulary: Int, count: Int) throws {
      try compareRows(columns: vocabulary, outputs: count, counts: [1, 3, 9]) { list, x, out, rows, _ in
        list.topTokens(x, out: words(out), rows: rows, vocabulary: vocabulary, count: count)
      }
    }

    @Test(arguments: [9, 257, 5000])
    func `draws from logits`(vocabulary: Int) throws {
      try withDevice { backend in
        let depths: Tensor<UInt32> = try backend.makeTensor(Self.fewCounts.last!, "depths")
        let state = try backend.makeState(length: 5)
        try compareRows(columns: vocabulary, outputs: 2, counts: Self.fewCounts) { list, x, out, rows, _ in
          list.drawLogits(
            x, warp: Warp(), depths: depths, state: state, out: words(out), rows: rows, vocabulary: vocabulary
          )
        }
        try compareRows(columns: vocabulary, outputs: 4, counts: Self.fewCounts) { list, x, out, rows, _ in
          list.drawShared(
            x, x, ratio: 0.5, depths: depths, state: state, out: words(out), rows: rows,
            vocabulary: vocabulary)
        }
      }
    }

    @Test(arguments: [9, 257, 1000])
    func `geometric mixture`(vocabulary: Int) throws {
      try compareRows(columns: vocabulary, outputs: vocabulary, counts: Self.fewCounts) {
        list, x, out, rows, _ in
        list.mixLogits(x, x, .geometric(share: 0.3), out: out, rows: rows, vocabulary: vocabulary)
      }
    }

    private func words(_ tensor: Tensor<Float>) -> Tensor<UInt32> { tensor.reinterpreted() }

    /// Runs `kernel` on each row alone and on the first M rows for every M.
    private func compareRows(
      columns: Int, outputs: Int, counts: [Int] = Self.counts,
      kernel: (
        any CommandList, _ x: Tensor<Float>, _ out: Tensor<Float>, _ rows: Int, _ weight: Tensor<Float>
      ) -> Void
    ) throws {
      try withDevice { backend in
        var random = CaseRandom(seed: 2, family: "rows", index: columns)
        let most = counts.last!
        func floats(_ count: Int) -> [Float] {
          (0..<count).map { _ in Float.random(in: -6..<6, using: &random) }
        }
        let x = try backend.makeTensor(floats(most * columns), "x")
        let weight = try backend.makeTensor(floats(columns), "weight")
        let row: Tensor<Float> = try backend.makeTensor(columns, "one row")
        let rowOut: Tensor<Float> = try backend.makeTensor(outputs, "one row's result")
        let single: Tensor<Float> = try backend.makeTensor(most * outputs, "rows, one at a time")
        let many: Tensor<Float> = try backend.makeTensor(most * outputs, "many rows")
        try backend.run("one row") { list in
          for r in 0..<most {
            list.copy(x[r * columns..<(r + 1) * columns], to: row)
            kernel(list, row, rowOut, 1, weight)
            list.copy(rowOut, to: single[r * outputs..<(r + 1) * outputs])
          }
        }
        let expected = try backend.read(single)
        #expect(outputs == 2 && columns == 1 || Set(expected.map(\.bitPattern)).count > 2)
        for rows in counts {
          try backend.run("many rows") { kernel($0, x, many, rows, weight) }
          let result = try backend.read(many[0..<rows * outputs])
          let difference = firstDifference(result, Array(expected[0..<rows * outputs]))
          #expect(difference == nil, "\(rows) rows")
        }
      }
    }
  }
}
