import Kernels
import ShaderInterface
import Testing

@testable import Conformance

extension KernelsTests {
  /// The largest sizes, where an invocation's loops are longest: a driver may end them early, and compute on.
  @Suite(.needsDevice) struct LongLoopTests {
    @Test(arguments: SiblingRule.allCases)
    func `A node of many children, all of them rejected, at a large vocabulary`(rule: SiblingRule) throws {
      try expectSameResult(nodes: 64, vocabulary: 151_936) { backend, list, tree, target, draft in
        let scratch: Tensor<UInt32> = try backend.makeTensor(target.vocabulary, "scratch")
        try list { $0.verifySiblings(target: target, draft: draft, tree: tree, scratch: scratch, rule: rule) }
      }
    }

    @Test(.longLoops, arguments: [SiblingRule.withReplacement, .withoutReplacement, .oneHot])
    func `A traversal that removes every child, at a large vocabulary`(rule: SiblingRule) throws {
      try expectSameResult(nodes: 64, vocabulary: 151_936) { _, list, tree, target, draft in
        try list { $0.verifyTraversal(target: target, draft: draft, tree: tree, rule: rule) }
      }
    }

    @Test(.longLoops, arguments: SiblingRule.allCases.filter { $0 != .kSeq })
    func `The widest tree, all of it rejected`(rule: SiblingRule) throws {
      try expectSameResult(nodes: 1024, vocabulary: 32_000) { backend, list, tree, target, draft in
        let scratch: Tensor<UInt32> = try backend.makeTensor(target.vocabulary, "scratch")
        try list { $0.verifySiblings(target: target, draft: draft, tree: tree, scratch: scratch, rule: rule) }
      }
      try expectSameResult(nodes: 1024, vocabulary: 2000) { _, list, tree, target, draft in
        try list { $0.verifyTraversal(target: target, draft: draft, tree: tree, rule: rule) }
      }
    }

    @Test(.longLoops, arguments: [(262_144, 63), (32_000, 1000)], [true, false])
    func `Many children of a large vocabulary, drawn from its end`(
      size: (vocabulary: Int, children: Int), replacement: Bool
    ) throws {
      try expectSame { backend in
        let rows = try DistributionRows(
          backend: backend, rows: 1, vocabulary: size.vocabulary, label: "draft")
        let law = (0..<size.vocabulary).map { $0 > size.vocabulary - 1010 ? UInt32(9) : 0 }
        try backend.write(law, to: rows.weights)
        try backend.write([law.reduce(0, +), 0], to: rows.totals)
        let state = try backend.makeState(length: 5)
        let tokens: Tensor<UInt32> = try backend.makeTensor(1 + size.children, "tokens")
        let nodes = 1 + size.children
        let tree = try TreeBuffers(backend: backend, maximumNodes: nodes)
        try backend.write(SequenceState(length: 5, seed: 7, nodes: nodes).words, to: tree.state)
        try backend.write((0..<nodes).map { $0 == 0 ? NO_NODE : 0 }, to: tree.parents)
        try backend.run("draw") {
          $0.drawChildren(
            rows, state: state, tokens: tokens, parents: 1, children: size.children,
            replacement: replacement, firstParent: 0, firstChild: 1, childDepth: 1)
          $0.drawChildren(
            rows, tree: tree, parents: 1, children: size.children, replacement: replacement, firstParent: 0,
            childDepth: 1)
        }
        let drawn = try backend.read(tokens)
        #expect(firstDifference(try backend.read(tree.tokens), drawn) == nil)
        return drawn
      }
    }

    @Test(arguments: [65_533, 151_936, 262_143, 262_144])
    func `Rows of a large vocabulary`(vocabulary: Int) throws {
      var random = CaseRandom(seed: 1, family: "shared rows", index: vocabulary)
      random.isTypical = true
      let warp = Warp(temperature: 0.9, minP: 1e-7)
      let cases: [KernelCase] = [
        .argmax(rows: 3, vocabulary: vocabulary, random: &random),
        .distribution(rows: 3, vocabulary: vocabulary, warp: warp, random: &random),
        .drawTarget(rows: 3, vocabulary: vocabulary, random: &random),
        .combineDistributions(rows: 2, vocabulary: vocabulary, .residual, random: &random),
        .distribution(
          rows: 2, vocabulary: vocabulary, warp: Warp(topK: 300, topP: 0.9), random: &random),
        .topTokens(rows: 2, vocabulary: vocabulary, count: 256, random: &random),
        .drawLogits(rows: 2, vocabulary: vocabulary, warp: warp, isBatch: false, random: &random),
        .drawGumbel(rows: 2, vocabulary: vocabulary, count: 4, isBatch: false, random: &random),
      ]
      for kernelCase in cases { try expectSame(kernelCase, alsoGraphics: true) }
    }

    @Test func `Rows of as many columns as a call takes`() throws {
      var random = CaseRandom(seed: 1, family: "long rows", index: 0)
      let columns = 1 << 20
      try expectSame(
        .rmsNorm(rows: 1, columns: columns, significantBits: 24, random: &random), alsoGraphics: true)
      try expectSame(
        .layerNorm(rows: 1, columns: columns, significantBits: 24, random: &random), alsoGraphics: true)
      try expectSame(.quantizeRows(rows: 1, columns: columns, random: &random), alsoGraphics: true)
      try expectSame(.quantizeBlocks(rows: 1, columns: columns, random: &random), alsoGraphics: true)
    }

    @Test(.longLoops, arguments: MatmulKind.all)
    func `A product over very many inputs`(kind: MatmulKind) throws {
      let inputs = kind.format == .int8 ? 131_071 : 1_048_575
      var random = CaseRandom(seed: 1, family: "long product", index: 0)
      let shape = MatmulShape(kind, rows: 16, inputs: inputs, outputs: 3)
      try expectSame(.matmul(shape, random: &random))
    }

    @Test(.longLoops) func `As many choices as can be sorted`() throws {
      var random = CaseRandom(seed: 1, family: "long sort", index: 0)
      try expectSame(.sortChoices(rows: 65_535, matrices: 1024, rowsPerGroup: 16, random: &random))
      try expectSame(.sortChoices(rows: 65_535, matrices: 8, rowsPerGroup: 1, random: &random))
    }

    @Test(.longLoops, arguments: [(1, 4096), (4096, 1), (64, 64), (512, 8)])
    func `Paths that part late`(paths: Int, length: Int) throws {
      let parting = length / 2
      let tokens = (0..<paths * length).map { UInt32($0 % length < parting ? $0 % length : $0) }
      try expectSame { backend in
        let tree = try TreeBuffers(backend: backend, maximumNodes: 1024)
        try backend.write(SequenceState(length: 5, seed: 3, nodes: 1).words, to: tree.state)
        let list = try backend.makeTensor(tokens, "paths")
        let nodes: Tensor<UInt32> = try backend.makeTensor(paths * length, "nodes")
        try backend.run("merge") {
          $0.mergePaths(list, count: paths, length: length, into: tree, nodes: nodes)
        }
        return try backend.read(nodes) + backend.read(tree.tokens) + backend.read(tree.parents)
      }
    }

    @Test(.longLoops, arguments: [(256, 1 << 20), (4097, 1 << 20), (151_936, 1 << 17), (262_144, 1 << 20)])
    func `Penalties over a very long text`(vocabulary: Int, length: Int) throws {
      let history = (0..<UInt32(length)).map { $0 &* 2_654_435_761 % UInt32(vocabulary) }
      var penalties = LogitPenalties(presence: 1, frequency: 0x1p-12, window: length)
      penalties.repetition = 1.5
      try expectSame { backend in
        let tree = try TreeBuffers(backend: backend, maximumNodes: 1)
        try backend.write(SequenceState(length: length - 1, seed: 3, nodes: 1).words, to: tree.state)
        let logits = try backend.makeTensor([Float](repeating: 3, count: vocabulary), "logits")
        let text = try backend.makeTensor(history, "history")
        let parents = try backend.makeTensor([NO_NODE], "parents")
        try backend.run("penalties") {
          $0.penalties(
            logits, penalties, history: text, state: tree.state, tokens: tree.tokens, parents: parents,
            rows: 1,
            vocabulary: vocabulary)
        }
        return try backend.read(logits).map(\.bitPattern)
      }
    }

    @Test(.longLoops, arguments: [(32_768, 64), (1_048_576, 8), (768_000, 39)])
    func `A long history that repeats itself, with its best place near the end`(length: Int, maximum: Int)
      throws
    {
      var history = [UInt32](repeating: 7, count: length)
      let best = length - 2000  // what follows it is to be proposed
      history[length - maximum] = 1
      history[best - maximum] = 1
      history[best] = 5
      try expectSame { backend in
        let tree = try TreeBuffers(backend: backend, maximumNodes: 16)
        try backend.write(SequenceState(length: length - 1, seed: 3, nodes: 1).words, to: tree.state)
        let list = try backend.makeTensor(history, "history")
        try backend.run("lookup") {
          $0.promptLookup(history: list, tree: tree, minimum: 1, maximum: maximum, count: 8)
        }
        #expect(try backend.read(tree.tokens)[1] == 5)
        return try backend.read(tree.tokens) + backend.read(tree.state)
      }
    }

    @Test(.longLoops, arguments: [(3000, 1), (4000, 4)])
    func `Very many rows of a recurrence`(rows: Int, lanesPerColumn: Int) throws {
      var random = CaseRandom(seed: 1, family: "long scan", index: rows)
      let shape = ScanShape(heads: 1, headSize: 8, stateSize: 128, groups: 1)
      let inner = random.floats(rows * shape.stateSize, exponents: -3...3)
      let decay = random.floats(rows, exponents: -9...(-3)).map { -abs($0) }
      try expectSame { backend in
        let key = try backend.makeTensor(inner, "key")
        let value = try backend.makeTensor(Array(inner[..<(8 * rows)]), "value")
        let committed: Tensor<Float> = try backend.makeTensor(shape.stateCount, "committed")
        let out: Tensor<Float> = try backend.makeTensor(8 * rows, "out")
        let logarithms = try backend.makeTensor(decay, "decay")
        let state = try backend.makeState(length: 0)
        try backend.run("scan") {
          $0.treeScan(
            query: key, key: key, value: value, decay: logarithms,
            rows: RecurrentRows(count: rows, state: state),
            shape: shape, committed: committed, out: out, lanesPerColumn: lanesPerColumn)
        }
        return try (backend.read(out) + backend.read(committed)).map(\.bitPattern)
      }
    }

    @Test(.longLoops) func `Pages for a very long sequence`() throws {
      let pages = 65_536
      try expectSame { backend in
        let pool = try PagePool(
          backend: backend, sequences: 1, pages: pages, pagesPerSequence: pages, pageSize: 16)
        let state = try backend.makeTensor(SequenceState(length: 7, seed: 3, nodes: 1_000_000).words, "state")
        try backend.run("allocate") { $0.allocatePages(pool, state: state) }
        return try backend.read(pool.table) + backend.read(pool.status)
      }
    }

    @Test(
      .longLoops,
      arguments: [
        (1, 1, 128, nil), (4, 1, 128, nil), (1, 4, 80, nil), (1, 8, 96, nil), (2, 2, 256, nil),
        (1, 1, 36, nil),
        (1, 4, 128, 1), (1, 2, 256, 4), (1, 1, 64, 8),
      ] as [(Int, Int, Int, Int?)],
      [KeyValueFormat.f16, .q8])
    func `The longest context that one group takes`(
      size: (rows: Int, heads: Int, headSize: Int, keysPerLane: Int?), format: KeyValueFormat
    ) throws {
      guard size.headSize % 32 == 0 || format == .f16 else { return }
      try expectSameAtLongest([
        49_000, 46_000, 43_000, 40_000, 37_000, 34_000, 31_000, 28_000, 25_000, 22_000, 19_000, 16_000,
      ]) { length in
        var random = CaseRandom(seed: 1, family: "long context", index: length)
        var shape = AttentionShape(
          rows: size.rows, heads: size.heads, keyHeads: 1, headSize: size.headSize, length: length,
          maskWords: 1)
        shape.format = format
        shape.options.keysPerLane = size.keysPerLane
        return .treeAttention(shape, random: &random)
      }
    }

    @Test(
      .longLoops, arguments: [(1, 4, 128), (4, 4, 64), (3, 2, 80), (5, 1, 256)], [KeyValueFormat.f16, .q8])
    func `The longest context that one group of a GPU's layouts takes`(
      size: (rows: Int, heads: Int, headSize: Int), format: KeyValueFormat
    ) throws {
      let longest = stride(from: 55_000, to: 10_000, by: -3000)
      try expectSameAtLongest(Array(longest), layouts: .graphics) { length in
        var random = CaseRandom(seed: 1, family: "long context", index: length)
        var shape = AttentionShape(
          rows: size.rows, heads: size.heads, keyHeads: 1, headSize: size.headSize, length: length,
          maskWords: 1)
        shape.format = format
        shape.fillSteps()
        return .treeAttention(shape, random: &random)
      }
    }

    @Test(
      .longLoops, arguments: [MatmulKind(.f32), MatmulKind(.q8), MatmulKind(.q8, hasByteRows: true)],
      [1, 4, 8])
    func `A product over as many inputs as a forced layout takes`(kind: MatmulKind, outputsPerLane: Int)
      throws
    {
      try expectSameAtLongest([1_000_000, 500_000, 250_000, 128_000, 64_000, 48_000, 32_000, 24_000]) {
        inputs in
        var random = CaseRandom(seed: 1, family: "long product", index: inputs)
        var shape = MatmulShape(kind, rows: 16, inputs: inputs, outputs: 3)
        shape.outputsPerLane = outputsPerLane
        return .matmul(shape, random: &random)
      }
    }

    @Test(.longLoops)
    func `A call whose loops no stride makes short enough is refused where they would end early`()
      throws
    {
      let shape = ScanShape(heads: 1, headSize: 1, stateSize: 1024, groups: 1)
      let rows = 4096
      try withDevice { backend in
        let operand: Tensor<Float> = try backend.makeTensor(rows * shape.stateSize, "operand")
        let committed: Tensor<Float> = try backend.makeTensor(shape.stateCount, "committed")
        let out: Tensor<Float> = try backend.makeTensor(rows, "out")
        let state = try backend.makeState(length: 0)
        let run = {
          try backend.run("scan") {
            $0.treeScan(
              query: operand, key: operand, value: operand, decay: operand,
              rows: RecurrentRows(count: rows, state: state), shape: shape,
              committed: committed, out: out)
          }
        }
        guard backend.device.description.driverName == "llvmpipe" else { return try run() }
        let error = #expect(throws: BackendError.self) { try run() }
        guard case .unsupported = error else {
          Issue.record("\(error.map(String.init(describing:)) ?? "nothing") was thrown")
          return
        }
      }
    }

    private typealias Record = ((any CommandList) -> Void) throws -> Void

    /// - Parameter alsoGraphics: in a GPU's layouts too.
    private func expectSame(
      alsoGraphics: Bool = false, _ body: (any Backend) throws -> [UInt32]
    ) throws {
      try withDevice { backend in
        let reference = try body(ReferenceBackend())
        #expect(firstDifference(try body(backend), reference) == nil)
        guard alsoGraphics && backend.layouts != .graphics else { return }
        let other = try VulkanBackend(device: backend.device, layouts: .graphics)
        #expect(firstDifference(try body(other), reference) == nil, "layouts for GPUs")
      }
    }

    /// The first of the cases, from the longest on, that the device does not refuse.
    private func expectSameAtLongest(
      _ lengths: [Int], layouts: LayoutKind? = nil, _ make: (Int) -> KernelCase
    ) throws {
      for length in lengths {
        do { return try expectSame(make(length), layouts: layouts) } catch BackendError.unsupported {
          continue
        }
      }
      Issue.record("every one of \(lengths) is refused")
    }

    /// - Parameter alsoGraphics: in a GPU's layouts too.
    private func expectSame(
      _ kernelCase: KernelCase, layouts: LayoutKind? = nil, alsoGraphics: Bool = false
    ) throws {
      try withDevice { backend in
        var backends = [try layouts.map { try VulkanBackend(device: backend.device, layouts: $0) } ?? backend]
        if alsoGraphics && backend.layouts != .graphics {
          backends.append(try VulkanBackend(device: backend.device, layouts: .graphics))
        }
        for backend in backends {
          let difference = try PlacedCase(kernelCase, on: backend).firstDifference()
          #expect(difference == nil, "\(backend.layouts): \(difference ?? "")")
        }
      }
    }

    /// A root with children of the draft's tokens, none of which the target has: nothing but the root is accepted.
    private func expectSameResult(
      nodes: Int, vocabulary: Int,
      _ body: (any Backend, Record, TreeBuffers, DistributionRows, DistributionRows) throws -> Void
    ) throws {
      try expectSame(alsoGraphics: nodes > 1000) { backend in
        let tree = try TreeBuffers(backend: backend, maximumNodes: nodes)
        try backend.write((0..<UInt32(nodes)).map { $0 == 0 ? 9 : $0 - 1 }, to: tree.tokens)
        try backend.write([NO_NODE] + [UInt32](repeating: 0, count: nodes - 1), to: tree.parents)
        try backend.write([0] + [UInt32](repeating: 1, count: nodes - 1), to: tree.depths)
        try backend.write(SequenceState(length: 5, seed: 3, nodes: nodes).words, to: tree.state)
        let most = UInt32(1 << 30) / UInt32(nodes)
        let target = try rows(backend, nodes, (0..<vocabulary).map { $0 < nodes ? 0 : 5 })
        let draft = try rows(backend, nodes, (0..<vocabulary).map { $0 < nodes ? most : 0 })
        try body(backend, { try backend.run("verify", $0) }, tree, target, draft)
        let result = try backend.read(tree.result)
        let round = try RoundResult(words: result, maximumNodes: nodes)
        #expect(round.status.isEmpty && round.path == [0])
        return result
      }
    }

    /// The same law at every node.
    private func rows(_ backend: any Backend, _ nodes: Int, _ law: [UInt32]) throws -> DistributionRows {
      let rows = try DistributionRows(backend: backend, rows: nodes, vocabulary: law.count, label: "law")
      for node in 0..<nodes {
        try backend.write(law, to: rows.weights[node * law.count..<(node + 1) * law.count])
      }
      try backend.write((0..<nodes).flatMap { _ in [law.reduce(0, +), 0] }, to: rows.totals)
      return rows
    }
  }
}
