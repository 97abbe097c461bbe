import Conformance
import Kernels
import ShaderInterface
import Testing

extension KernelsTests {
  /// A row of a tree gives the bits of the same row on a chain, and what is committed after it is the same.
  @Suite(.needsDevice) struct ScanTests {
    private static let nodes = 24
    private static let (channels, width) = (20, 4)
    private static let shape = ScanShape(heads: 4, headSize: 5, stateSize: 33, groups: 2)

    /// Inputs of one pass over rows: what the layer's projections would give.
    private struct Inputs {
      let query, key, value, decay, x: Tensor<Float>

      init(_ backend: any Backend, rows: [Int], random: CaseRandom) throws {
        // Every pass draws the same numbers for all nodes, then takes its rows.
        var random = random
        func tensor(_ columns: Int, _ label: String, _ range: ClosedRange<Float>) throws -> Tensor<Float> {
          let all = (0..<nodes * columns).map { _ in Float.random(in: range, using: &random) }
          return try backend.makeTensor(
            rows.flatMap { Array(all[$0 * columns..<($0 + 1) * columns]) }, label)
        }
        query = try tensor(shape.groups * shape.stateSize, "query", -1...1)
        key = try tensor(shape.groups * shape.stateSize, "key", -1...1)
        value = try tensor(shape.heads * shape.headSize, "value", -1...1)
        decay = try tensor(shape.heads * shape.decays, "decay", -1...0)
        x = try tensor(channels, "x", -1...1)
      }
    }

    /// What a pass writes, row by row, and what is committed after it.
    private struct Pass {
      let out, convolved: Tensor<Float>
      let committed, tail: Tensor<Float>

      init(_ backend: any Backend, _ inputs: Inputs, rows: RecurrentRows, path: [Int]?) throws {
        var random = CaseRandom(seed: 9, family: "committed", index: 0)
        func floats(_ count: Int) -> [Float] {
          (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
        }
        let committed = try backend.makeTensor(floats(shape.stateCount), "committed")
        let tail = try backend.makeTensor(floats((width - 1) * channels), "tail")
        let weights = try backend.makeTensor(floats(channels * width), "weights")
        let out: Tensor<Float> = try backend.makeTensor(rows.count * shape.heads * shape.headSize, "out")
        let convolved: Tensor<Float> = try backend.makeTensor(rows.count * channels, "convolved")
        let states: Tensor<Float> = try backend.makeTensor(rows.count * shape.stateCount, "states")
        var words = [UInt32](repeating: 0, count: TreeBuffers.resultWords(maximumNodes: nodes))
        for (j, node) in (path ?? [0]).enumerated() {
          words[Int(RESULT_ACCEPTED)] = UInt32(j)
          words[Int(RESULT_PATH) + j] = UInt32(node)
        }
        let result = try backend.makeTensor(words, "result")
        try backend.run("pass") { list in
          list.treeScan(
            query: inputs.query, key: inputs.key, value: inputs.value, decay: inputs.decay, rows: rows,
            shape: shape, committed: committed, states: path == nil ? nil : states, out: out)
          list.treeConvolution(
            inputs.x, weights: weights, rows: rows, tail: tail, out: convolved, channels: channels,
            width: width, gated: true)
          list.gatherTail(
            inputs.x, result: path == nil ? nil : result, maximumNodes: nodes, rows: rows, tail: tail,
            channels: channels, width: width)
          if path != nil {
            list.gatherState(
              states, result: result, maximumNodes: nodes, rows: rows, stateCount: shape.stateCount,
              committed: committed)
          }
        }
        (self.out, self.convolved, self.committed, self.tail) = (out, convolved, committed, tail)
      }

      /// The results of one row, scan and convolution.
      func row(_ row: Int, _ backend: any Backend) throws -> [Float] {
        let values = shape.heads * shape.headSize
        return try backend.read(out[row * values..<(row + 1) * values])
          + backend.read(convolved[row * channels..<(row + 1) * channels])
      }
    }

    @Test(arguments: 0..<4)
    func `A row of a tree is the row of a chain`(index: Int) throws {
      try withDevice { backend in
        let seed = CaseRandom(seed: 3, family: "scan", index: index)
        var random = seed
        let parents = (0..<Self.nodes).map {
          $0 == 0 ? -1 : Int.random(in: max(0, $0 - 5)..<$0, using: &random)
        }
        let state = try backend.makeState(length: 7)
        let parentWords = try backend.makeTensor(parents.map { UInt32(bitPattern: Int32($0)) }, "parents")
        let treeRows = RecurrentRows(count: Self.nodes, state: state, parents: parentWords)
        let all = try Inputs(backend, rows: Array(0..<Self.nodes), random: seed)
        for node in [0, 5, 11, 17, 23] {
          var path = [node]
          while parents[path[0]] >= 0 { path.insert(parents[path[0]], at: 0) }
          let tree = try Pass(backend, all, rows: treeRows, path: path)
          let chain = try Pass(
            backend, Inputs(backend, rows: path, random: seed),
            rows: RecurrentRows(count: path.count, state: state), path: nil)
          let alone = try chain.row(path.count - 1, backend)
          #expect(Set(alone.map(\.bitPattern)).count > 20)
          #expect(firstDifference(try tree.row(node, backend), alone) == nil, "node \(node)")
          #expect(firstDifference(try backend.read(tree.committed), try backend.read(chain.committed)) == nil)
          #expect(firstDifference(try backend.read(tree.tail), try backend.read(chain.tail)) == nil)
        }
      }
    }
  }
}
