import Foundation
import Kernels
import Testing

@testable import Conformance

extension KernelsTests {
  /// A mixture of experts from kernels: the router's logits, its best experts, their weights, their results, the sum.
  @Suite(.needsDevice) struct ExpertTests {
    private let rows = 7
    private let inputs = 24
    private let outputs = 10
    private let experts = 6

    @Test(arguments: [1, 2, 4], [1, 64] as [UInt64])
    func `Experts are joined by the softmax of their logits`(count: Int, seed: UInt64) throws {
      var random = CaseRandom(seed: seed, family: "experts", index: count)
      let x = random.floats(rows * inputs, pattern: .plain, exponents: 0...0)
      let router = random.floats(experts * inputs, pattern: .plain, exponents: 0...0)
      let matrices = random.floats(experts * outputs * inputs, pattern: .plain, exponents: 0...0)
      try withDevice { backend in
        let out = try mixture(x, router, matrices, count: count, on: backend)
        let reference = try mixture(x, router, matrices, count: count, on: ReferenceBackend())
        #expect(firstDifference(out, reference) == nil)
        for row in 0..<rows {
          let own = Array(x[row * inputs..<(row + 1) * inputs])
          let exact = exact(own, router, matrices, count: count)
          for (column, (value, bound)) in exact.enumerated() {
            #expect(abs(Double(out[row * outputs + column]) - value) <= bound, "row \(row) column \(column)")
          }
        }
      }
    }

    private func mixture(
      _ x: [Float], _ router: [Float], _ matrices: [Float], count: Int, on backend: any Backend
    ) throws -> [Float] {
      let hidden = try backend.makeTensor(x, "hidden rows")
      let routing = try backend.makeWeights(.f32(router), outputs: experts, inputs: inputs, "router")
      let all = try backend.makeWeights(
        .f32(matrices), outputs: outputs, inputs: inputs, matrices: experts, "experts")
      let logits: Tensor<Float> = try backend.makeTensor(rows * experts, "logits")
      let chosen: Tensor<UInt32> = try backend.makeTensor(rows * count, "chosen")
      let values: Tensor<Float> = try backend.makeTensor(rows * count, "their logits")
      let shares: Tensor<Float> = try backend.makeTensor(rows * count, "their shares")
      let status: Tensor<UInt32> = try backend.makeTensor(rows, "status")
      let results: Tensor<Float> = try backend.makeTensor(rows * count * outputs, "their results")
      let places = try backend.makeTensor((0..<UInt32(rows * count)).map { $0 }, "places")
      let out: Tensor<Float> = try backend.makeTensor(rows * outputs, "out")
      try backend.run("experts") {
        $0.matmul(hidden, routing, out: logits, rows: rows)
        $0.topTokens(logits, out: chosen, values: values, rows: rows, vocabulary: experts, count: count)
        $0.softmax(values, out: shares, status: status, rows: rows, columns: count)
        $0.matmul(
          hidden, all, out: results, rows: rows, choices: MatrixChoices(indices: chosen, count: count))
        $0.embeddingMix(
          tokens: places, weights: shares, table: results, out: out, rows: rows, columns: outputs,
          vocabulary: rows * count, count: count)
      }
      #expect(try backend.read(status) == [UInt32](repeating: 0, count: rows))
      return try backend.read(out)
    }

    /// A row's results, each with its bound: a router's logit is off by what its product is, which moves every weight by
    /// twice that; a weight besides by what the softmax rounds, a result by what its product does, the sum by count + 1.
    private func exact(
      _ x: [Float], _ router: [Float], _ matrices: [Float], count: Int
    ) -> [(value: Double, bound: Double)] {
      func product(_ weights: [Float], _ row: Int) -> (value: Double, error: Double) {
        let terms = zip(x, weights[row * inputs..<(row + 1) * inputs]).map { Double($0) * Double($1) }
        return (terms.reduce(0, +), Double(inputs + 8) * 0x1p-24 * terms.reduce(0) { $0 + abs($1) })
      }
      let logits = (0..<experts).map { product(router, $0) }
      let best = (0..<experts).sorted { logits[$0].value > logits[$1].value }.prefix(count)
      let sum = best.reduce(0) { $0 + exp(logits[$1].value) }
      let greatest = best.map { abs(logits[$0].value) }.max()!
      let error = 2 * best.map { logits[$0].error }.max()! + (112 + 2 * greatest) * 0x1p-24
      return (0..<outputs).map { column in
        best.reduce(into: (value: 0, bound: 0)) { result, expert in
          let share = exp(logits[expert].value) / sum
          let own = product(matrices, expert * outputs + column)
          result.value += share * own.value
          result.bound += share * (abs(own.value) * (error + Double(count + 2) * 0x1p-24) + own.error)
        }
      }
    }
  }
}
