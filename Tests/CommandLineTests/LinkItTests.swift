import Espalier
import Testing

@Suite("Link it")
struct LinkItTests {
  private func device() throws -> any Backend {
    let backend: any Backend = try VulkanBackend()
    return backend
  }

  private func kernel(_ backend: any Backend) throws -> [UInt32] {
    let logits = try backend.makeTensor([0.5, 2.0, -1.0, 2.0] as [Float], "logits")
    let best: Tensor<UInt32> = try backend.makeTensor(2, "best")
    try backend.run("argmax") { $0.argmax(logits, out: best, rows: 1, vocabulary: 4) }
    print(try backend.read(best))  // [1, 0]: ties go to the lowest token; status 0
    return try backend.read(best)
  }

  private func weights(_ backend: any Backend) throws -> [Float] {
    let (inputs, outputs) = (3, 2)
    let weights = try backend.makeWeights(
      .f32([1, 2, 3, 4, 5, 6]), outputs: outputs, inputs: inputs, "weights")
    let x = try backend.makeTensor([1, 0, -1] as [Float], "x")
    let y: Tensor<Float> = try backend.makeTensor(outputs, "y")
    try backend.run("matmul") { $0.matmul(x, weights, out: y, rows: 1) }
    print(try backend.read(y))  // [-2.0, -2.0]
    return try backend.read(y)
  }

  private func bytes(_ backend: any Backend) throws -> [Float] {
    let blocks = try backend.makeWeights(  // one block: scale 1 as f16, then 32 nibbles 9, which are 1
      .q4([0x00, 0x3c] + [UInt8](repeating: 0x99, count: 16)), outputs: 1, inputs: 32, "q4_0")
    let row = try backend.makeTensor([Float](repeating: 3, count: 32), "row")
    let quantized: Tensor<UInt32> = try backend.makeTensor(quantizedBlockWordCount(columns: 32), "quantized")
    let product: Tensor<Float> = try backend.makeTensor(1, "product")
    try backend.run("bytes") {
      $0.quantizeBlocks(row, out: quantized, rows: 1, columns: 32)
      $0.matmul(quantized, blocks, out: product, rows: 1)
    }
    print(try backend.read(product))  // [96.0]
    return try backend.read(product)
  }

  private func attention(_ backend: any Backend) throws -> [Float] {
    let (rows, heads, keyHeads, headSize, positions) = (2, 2, 1, 4, 16)
    let cache = try KeyValueCache(
      backend: backend, slots: positions, keyColumns: keyHeads * headSize, label: "layer 0")
    let angles = try RotaryTable.values(positions: positions, rotarySize: headSize, base: 10_000)
    let table = try backend.makeTensor(angles, "rotary table")
    let state = try backend.makeTensor(SequenceState(length: 0, nodes: rows).words, "state")
    let depths = try backend.makeTensor([0, 1] as [UInt32], "depths")
    // A row: two queries, a key, a value, as a matmul projects them.
    let projections: [Float] = [
      1, 0, 2, 0, 0, 1, 0, 2, 1, 1, 0, 0, 8, 4, 2, 1, 0, 2, 0, 1, 2, 0, 1, 0, 0, 1, 1, 0, 1, 2, 4, 8,
    ]
    let projected = try backend.makeTensor(projections, "projected")
    let rotated: Tensor<Float> = try backend.makeTensor(rows * (heads + keyHeads) * headSize, "rotated")
    let attended: Tensor<Float> = try backend.makeTensor(rows * heads * headSize, "attended")
    try backend.run("attention") {
      $0.rotaryAppend(
        projected: projected, table: table, depths: depths, state: state, out: rotated, cache: cache,
        rows: rows, heads: heads, keyHeads: keyHeads, headSize: headSize)
      $0.treeAttention(
        query: rotated, cache: cache, mask: depths, state: state, out: attended, rows: rows, heads: heads,
        keyHeads: keyHeads, headSize: headSize, maskWords: 0, scale: 0.5)
      $0.advanceState(state, rows: rows)
    }
    print(try backend.read(attended).prefix(4))  // [8.0, 4.0, 2.0, 1.0]: row 0 sees its own value alone
    return try backend.read(attended)
  }

  private func paging(_ backend: any Backend) throws -> (rounds: [RoundResult], words: [[UInt32]], [Float]) {
    let (group, pageSize, pages) = (2, 2, 6)
    let pool = try PagePool(
      backend: backend, sequences: group, pages: pages, pagesPerSequence: 3, pageSize: pageSize)
    let paged = try KeyValueCache(
      backend: backend, slots: pages * pageSize, keyColumns: 2,
      pages: PageTable(entries: pool.table, pageSize: pageSize, pagesPerSequence: pool.pagesPerSequence),
      label: "layer 0")
    let trees = try TreeBuffers(backend: backend, maximumNodes: 3, sequences: group)
    let firsts = [0, 3].map { SequenceState(length: 0, nodes: 3, firstNode: $0) }
    try backend.write(firsts.flatMap(\.words), to: trees.state)
    try backend.write([1, 3, 4, 2, 7, 8] as [UInt32], to: trees.tokens)  // two roots, each with two children
    try backend.write([NO_NODE, 0, 0, NO_NODE, 0, 0], to: trees.parents)
    let ofRows = SequenceBatch(
      sequences: group, owners: try backend.makeTensor([0, 0, 0, 1, 1, 1], "owners"))
    let pageLinks: Tensor<UInt32> = try backend.makeTensor(2 * 6, "links")
    let history: Tensor<UInt32> = try backend.makeTensor(group * 8, "history")
    // A row: a query, a key, a value. The model's pass and its logits are left out; what it picks is given.
    let inputs: [Float] = (0..<6).flatMap { row in [1, 0, Float(row), 1, Float(row), 2] }
    let ofInputs = try backend.makeTensor(inputs, "rows")
    let context: Tensor<Float> = try backend.makeTensor(6 * 2, "context")
    let chosen = try backend.makeTensor([4, 0, 9, 0, 5, 0, 6, 0, 1, 0, 2, 0] as [UInt32], "picks")
    try backend.run("paged round") {
      $0.treeLayout(trees, links: pageLinks, sequences: group)
      $0.allocatePages(pool, state: trees.state, sitsOut: true)
      $0.copyPages(pool, cache: paged)  // these three for each layer
      $0.keyValueAppend(
        projected: ofInputs, state: trees.state, batch: ofRows, cache: paged, rows: 6, heads: 1, keyHeads: 1,
        headSize: 2)
      $0.treeAttention(
        query: ofInputs, queryColumns: 6, cache: paged, mask: trees.mask, state: trees.state, batch: ofRows,
        out: context, rows: 6, heads: 1, keyHeads: 1, headSize: 2, maskWords: trees.maskWords, scale: 0.5)
      $0.verifyMatch(picks: chosen, tree: trees, sequences: group)
      $0.commitRound(tree: trees, history: history, historyCapacity: 8, sequences: group)
      $0.compactCache(paged, result: trees.result, maximumNodes: 3, sequences: group)  // for each layer
      $0.releasePages(pool, state: trees.state)
    }
    print(try backend.read(pool.status), try backend.read(pool.counts))  // [0, 0] [1, 0, 1, 0, 0, 0]
    let rounds = try RoundResult.batch(try backend.read(trees.result), maximumNodes: 3, sequences: group)
    let words = [try backend.read(pool.status), try backend.read(pool.counts), try backend.read(pool.table)]
    return (rounds, words, try backend.read(context))
  }

  private func stateSpace(_ backend: any Backend) throws -> [Float] {
    let (columns, heads, headSize, stateSize, width) = (4, 2, 2, 3, 2)
    let (inner, nodes) = (heads * headSize, 3)
    let channels = inner + 2 * stateSize
    let shape = ScanShape(heads: heads, headSize: headSize, stateSize: stateSize, groups: 1)
    let tree = try TreeBuffers(backend: backend, maximumNodes: nodes)
    try backend.write(SequenceState(length: 7, nodes: nodes).words, to: tree.state)
    try backend.write([NO_NODE, 0, 0], to: tree.parents)
    func ramp(_ count: Int, _ label: String) throws -> Tensor<Float> {
      try backend.makeTensor((0..<count).map { Float($0 % 5) / 4 - 0.375 }, label)
    }
    func memory(_ columns: Int, _ label: String) throws -> Tensor<Float> {
      try backend.makeTensor(nodes * columns, label)
    }
    func weights(_ outputs: Int, _ inputs: Int) throws -> PackedWeights {
      let numbers = (0..<outputs * inputs).map { Float($0 % 7) / 8 - 0.375 }
      return try backend.makeWeights(.f32(numbers), outputs: outputs, inputs: inputs, "weights")
    }
    let (inWeights, outWeights) = (
      try weights(inner + channels + heads, columns), try weights(columns, inner)
    )
    let (norm, gateNorm) = (try ramp(columns, "norm"), try ramp(inner, "gate norm"))
    let (a, d) = (try backend.makeTensor([-1, -2] as [Float], "A"), try ramp(heads, "D"))
    let (taps, tail) = (try ramp(channels * width, "taps"), try ramp((width - 1) * channels, "tail"))
    let stepBias = try ramp(inner + channels + heads, "bias")
    let committed = try ramp(shape.stateCount, "committed")
    let hidden = try backend.makeTensor([1, 0, 2, 0, 0, 1, 0, 3, 0, 1, 0, 3] as [Float], "hidden")
    let (normed, projected) = (
      try memory(columns, "normed"), try memory(inner + channels + heads, "projected")
    )
    let (convolved, steps) = (try memory(channels, "convolved"), try memory(heads, "dt"))
    let (decay, value) = (try memory(heads, "dt * A"), try memory(inner, "dt * x"))
    let (y, gated) = (try memory(inner, "y"), try memory(inner, "gated"))
    let states = try memory(shape.stateCount, "states")
    let wide = inner + channels + heads  // the in-projection: z, the channels x, B and C, then dt
    let rows = RecurrentRows(count: nodes, state: tree.state, parents: tree.parents)
    let x = RowColumns(first: 0, stride: channels)
    let operands = ScanColumns(
      query: RowColumns(first: inner + stateSize, stride: channels),
      key: RowColumns(first: inner, stride: channels))
    try backend.run("layer") {
      $0.rmsNorm(
        hidden, weight: norm, out: normed, rows: nodes, columns: columns, epsilon: 1e-5, significantBits: 13)
      $0.matmul(normed, inWeights, out: projected, rows: nodes, bias: stepBias)  // 0 but for dt's columns
      $0.treeConvolution(
        projected, at: RowColumns(first: inner, stride: wide), weights: taps, rows: rows, tail: tail,
        out: convolved, channels: channels, width: width, gated: true)
      $0.softplus(
        projected, at: RowColumns(first: inner + channels, stride: wide), out: steps, rows: nodes,
        columns: heads)
      $0.scaleColumns(steps, by: .shared(a), out: decay, rows: nodes, columns: heads)  // dt * A
      $0.scaleColumns(  // dt * x
        convolved, at: x, by: .ofRows(steps, width: headSize), out: value, rows: nodes, columns: inner)
      $0.treeScan(
        query: convolved, key: convolved, value: value, decay: decay, columns: operands, rows: rows,
        shape: shape, committed: committed, states: states, out: y)
      $0.scaleColumns(  // + D * x
        convolved, at: x, by: .shared(d, width: headSize), base: y, out: y, rows: nodes, columns: inner)
      $0.scaleColumns(  // times silu(z)
        y, by: .ofRows(projected, at: RowColumns(first: 0, stride: wide), gated: true), out: gated,
        rows: nodes, columns: inner)
      $0.rmsNorm(
        gated, weight: gateNorm, out: normed, rows: nodes, columns: inner, epsilon: 1e-5, significantBits: 13)
      $0.matmul(normed, outWeights, out: hidden, rows: nodes, accumulate: true)
      // Once a verifier has written the result:
      $0.gatherTail(
        projected, at: RowColumns(first: inner, stride: wide), result: tree.result, maximumNodes: nodes,
        rows: rows, tail: tail, channels: channels, width: width)
      $0.gatherState(
        states, result: tree.result, maximumNodes: nodes, rows: rows, stateCount: shape.stateCount,
        committed: committed)
    }
    let out = try backend.read(hidden)
    print(out[columns..<2 * columns] == out[2 * columns..<3 * columns])  // true: siblings with equal rows
    return out
  }

  private func batch(_ backend: any Backend) throws -> [RoundResult] {
    let maximumNodes = 4
    let tree = try TreeBuffers(backend: backend, maximumNodes: maximumNodes, sequences: 2)
    // First sequence: a root with two children, and a child of the second. Second sequence: a chain of one draft token.
    try backend.write([10, 3, 4, 5, 20, 7] as [UInt32], to: tree.tokens)
    try backend.write([NO_NODE, 0, 0, 2, NO_NODE, 0], to: tree.parents)
    let states = [
      SequenceState(length: 100, nodes: 4, firstNode: 0), SequenceState(length: 7, nodes: 2, firstNode: 4),
    ]
    try backend.write(states.flatMap(\.words), to: tree.state)
    // What the target picks after each node, with a status: from argmax or drawTarget over the rows of its logits.
    let picks = try backend.makeTensor([4, 0, 9, 0, 5, 0, 8, 0, 1, 0, 2, 0] as [UInt32], "picks")
    try backend.run("verify") { $0.verifyMatch(picks: picks, tree: tree, sequences: 2) }
    let words = try backend.read(tree.result)
    let rounds = try RoundResult.batch(words, maximumNodes: maximumNodes, sequences: 2)
    print(rounds[0].path, rounds[0].tokens)  // [0, 2, 3] [4, 5, 8]
    print(rounds[1].path, rounds[1].tokens)  // [0] [1]
    return rounds
  }

  private func sampled(_ backend: any Backend) throws -> RoundResult {
    let vocabulary = 4
    let drawn = try TreeBuffers(backend: backend, maximumNodes: 3)
    try backend.write(SequenceState(length: 20, seed: 7, nodes: 3).words, to: drawn.state)
    try backend.write([1], to: drawn.tokens)  // the root's; its two children are drawn
    try backend.write([NO_NODE, 0, 0], to: drawn.parents)
    let links: Tensor<UInt32> = try backend.makeTensor(2 * 3, "links")
    let scratch: Tensor<UInt32> = try backend.makeTensor(vocabulary, "scratch")
    // What the models make of these rows: the draft of the root, the target of all three nodes.
    let draftLogits = try backend.makeTensor([1, 2, 0, 1] as [Float], "draft logits")
    let targetLogits = try backend.makeTensor(
      [0, 3, 1, 0, 0, 1, 3, 0, 2, 0, 1, 4] as [Float], "target logits")
    let draftLaw = try DistributionRows(backend: backend, rows: 1, vocabulary: vocabulary, label: "draft law")
    let targetLaw = try DistributionRows(
      backend: backend, rows: 3, vocabulary: vocabulary, label: "target law")
    let warp = Warp(temperature: 0.8, topP: 0.95)
    try backend.run("round") {
      $0.distribution(draftLogits, warp: warp, out: draftLaw, rows: 1)
      $0.drawChildren(
        draftLaw, state: drawn.state, tokens: drawn.tokens, parents: 1, children: 2, replacement: false,
        firstParent: 0, firstChild: 1, childDepth: 1)
      $0.treeLayout(drawn, links: links)
      $0.distribution(targetLogits, warp: warp, out: targetLaw, rows: 3)  // after the target's pass
      $0.verifySiblings(
        target: targetLaw, draft: draftLaw, tree: drawn, scratch: scratch, rule: .withoutReplacement)
    }
    let round = try RoundResult(words: try backend.read(drawn.result), maximumNodes: 3)
    print(round.path, round.tokens, round.status)  // [0, 1] [1, 2] fine: one child and the bonus token
    return round
  }

  private func draftVocabulary(_ backend: any Backend) throws -> [UInt32] {
    let ownLogits = try backend.makeTensor([1, 2] as [Float], "logits of the draft's two tokens")
    let ownLaw = try DistributionRows(backend: backend, rows: 1, vocabulary: 2, label: "own law")
    // The draft's token 0 is the target's 1, its token 1 the target's 3.
    let ownTokens = try backend.makeTensor([NO_TOKEN, 0, NO_TOKEN, 1], "the draft's token for each")
    let spread = DistributionRows(
      weights: try backend.makeTensor(4, "law over all tokens"), totals: ownLaw.totals, vocabulary: 4)
    try backend.run("draft vocabulary") {
      $0.distribution(ownLogits, warp: Warp(), out: ownLaw, rows: 1)
      $0.gatherColumns(
        ownLaw.weights, indices: ownTokens, missing: 0, out: spread.weights, rows: 1, columns: 2, count: 4)
    }
    print(try backend.read(spread.weights))  // [0, 395007552, 0, 1073741824]: e to 1
    return try backend.read(spread.weights)
  }

  private func drawn(_ backend: any Backend) throws -> (paths: RoundResult, beam: RoundResult) {
    let tokens = 4
    // In place of models: what draft and target make of each token.
    let draftTable = try backend.makeTensor(
      [0, 2, 1, 0, 1, 0, 2, 1, 2, 1, 0, 1, 0, 1, 1, 2] as [Float], "draft table")
    let targetTable = try backend.makeTensor(
      [1, 2, 0, 0, 1, 1, 2, 0, 2, 0, 0, 2, 0, 1, 2, 2] as [Float], "target table")
    let draftAfter = try DistributionRows(backend: backend, rows: 4, vocabulary: tokens, label: "draft")
    let targetAfter = try DistributionRows(backend: backend, rows: 4, vocabulary: tokens, label: "target")
    try backend.run("tables") {
      $0.distribution(draftTable, warp: Warp(), out: draftAfter, rows: 4)
      $0.distribution(targetTable, warp: Warp(), out: targetAfter, rows: 4)
    }
    func look(up sources: Tensor<UInt32>, in law: DistributionRows, out: DistributionRows, count: Int)
      -> (any CommandList) -> Void
    {
      { list in
        list.gatherRows(
          law.weights, rows: 4, sources: sources, out: out.weights, count: count, columns: tokens)
        list.gatherRows(law.totals, rows: 4, sources: sources, out: out.totals, count: count, columns: 2)
      }
    }

    let paths = try TreeBuffers(backend: backend, maximumNodes: 5)
    try backend.write(SequenceState(length: 20, seed: 2, nodes: 1).words, to: paths.state)
    try backend.write([1], to: paths.tokens)
    // Two paths of two tokens as they are drawn, depth by depth: the root, two tokens, their two successors.
    let byDepth = try backend.makeTensor([1, 0, 0, 0, 0] as [UInt32], "drawn by depth")
    let byPath: Tensor<UInt32> = try backend.makeTensor(4, "drawn by path")
    let pathOrder = try backend.makeTensor([1, 3, 2, 4] as [UInt32], "order of the paths")
    let pathNodes: Tensor<UInt32> = try backend.makeTensor(4, "nodes")
    let pathLaw = try DistributionRows(backend: backend, rows: 3, vocabulary: tokens, label: "drawn from")
    let rowOrder = try backend.makeTensor([NO_TOKEN, 0, 2], "no token, the first of each path")
    let rowNodes: Tensor<UInt32> = try backend.makeTensor(3, "node of each row")  // 0 where there is no token
    let nodeLaw = try DistributionRows(backend: backend, rows: 5, vocabulary: tokens, label: "node law")
    let wantedLaw = try DistributionRows(backend: backend, rows: 5, vocabulary: tokens, label: "target law")
    try backend.run("best of two paths") {
      look(up: byDepth, in: draftAfter, out: pathLaw, count: 1)($0)
      $0.drawChildren(
        pathLaw, state: paths.state, tokens: byDepth, parents: 1, children: 2, replacement: true,
        firstParent: 0, firstChild: 1, childDepth: 1, keys: .node)
      look(up: byDepth, in: draftAfter, out: pathLaw, count: 3)($0)
      $0.drawChildren(
        pathLaw, state: paths.state, tokens: byDepth, parents: 2, children: 1, replacement: true,
        firstParent: 1, firstChild: 3, childDepth: 2, keys: .node)
      $0.gatherRows(byDepth, rows: 5, sources: pathOrder, out: byPath, count: 4, columns: 1)
      $0.mergePaths(byPath, count: 2, length: 2, into: paths, nodes: pathNodes)
      $0.gatherRows(pathNodes, rows: 4, sources: rowOrder, out: rowNodes, count: 3, columns: 1)
      $0.scatterRows(
        pathLaw.weights, targets: rowNodes, out: nodeLaw.weights, count: 3, rows: 5, columns: tokens)
      $0.scatterRows(pathLaw.totals, targets: rowNodes, out: nodeLaw.totals, count: 3, rows: 5, columns: 2)
      look(up: paths.tokens, in: targetAfter, out: wantedLaw, count: 5)($0)  // the target's pass
      $0.selectPath(target: wantedLaw, draft: nodeLaw, tree: paths, paths: 2)
      $0.verifyTraversal(target: wantedLaw, draft: nodeLaw, tree: paths, rule: .withReplacement)
    }
    let ofPaths = try RoundResult(words: try backend.read(paths.result), maximumNodes: 5)
    print(ofPaths.tokens, ofPaths.status)  // [2, 0, 0] fine: the best path and the bonus token

    let growth = try TreeGrowth(backend: backend, sequences: 1, maximumRows: 5, count: 3)
    try backend.write([1], to: growth.nodeTokens)
    try backend.write([NO_NODE], to: growth.nodeParents)
    let beam = TreeBuffers(
      state: try backend.makeTensor(SequenceState(length: 20, seed: 7, nodes: 5).words, "beam state"),
      tokens: growth.nodeTokens, parents: growth.nodeParents,
      depths: try backend.makeTensor([0, 1, 1, 2, 2], "depths"), mask: try backend.makeTensor(5, "mask"),
      result: try backend.makeTensor(TreeBuffers.resultWords(maximumNodes: 5), "result"), maximumNodes: 5)
    let beamLaw = try DistributionRows(backend: backend, rows: 3, vocabulary: tokens, label: "beam law")
    let beamTokens: Tensor<UInt32> = try backend.makeTensor(3 * 3, "candidates")
    let beamKeys: Tensor<Float> = try backend.makeTensor(3 * 3, "their keys")
    let beamSums: Tensor<Float> = try backend.makeTensor(5 * 3, "sums of log-probabilities")
    let ownKeys: Tensor<Float> = try backend.makeTensor(3 * 3, "keys under their parents'")
    let beamScratch: Tensor<UInt32> = try backend.makeTensor(tokens, "scratch")
    try backend.run("beam of two") {
      for (first, rows) in [(0, 1), (1, 2)] {  // the root, then the rows that it left
        look(up: beam.tokens, in: draftAfter, out: beamLaw, count: first + rows)($0)
        $0.drawGumbel(
          beamLaw, depths: beam.depths, state: beam.state, tokens: beamTokens, keys: beamKeys,
          rowCount: first + rows, count: 3, independentRows: true)
        $0.conditionKeys(
          growth, sums: beamSums, law: beamLaw, tokens: beamTokens, keys: beamKeys, out: ownKeys,
          firstRow: first, rows: rows, firstInput: first)
        $0.growTree(
          growth, logProbabilities: ownKeys, candidates: beamTokens, firstRow: first, rows: rows, width: 2,
          accumulates: false, firstInput: first)
      }
      look(up: beam.tokens, in: targetAfter, out: wantedLaw, count: 5)($0)
      $0.verifySiblings(
        target: wantedLaw, draft: beamLaw, tree: beam, scratch: beamScratch, rule: .withoutReplacement)
    }
    let ofBeam = try RoundResult(words: try backend.read(beam.result), maximumNodes: 5)
    print(ofBeam.tokens, ofBeam.status)  // [2, 0, 1] fine
    return (ofPaths, ofBeam)
  }

  private func experts(_ backend: any Backend) throws -> ([UInt32], [Float]) {
    let (tokensRouted, experts, chosenExperts) = (2, 4, 2)
    let routerLogits = try backend.makeTensor([0, 3, 1, 2, 5, 0, 5, 1] as [Float], "router logits")
    let expertChoices: Tensor<UInt32> = try backend.makeTensor(tokensRouted * chosenExperts, "choices")
    let expertLogits: Tensor<Float> = try backend.makeTensor(tokensRouted * chosenExperts, "their logits")
    let expertShares: Tensor<Float> = try backend.makeTensor(tokensRouted * chosenExperts, "their shares")
    let routed: Tensor<UInt32> = try backend.makeTensor(tokensRouted, "status")
    // What matmul with MatrixChoices leaves: a row of one output for each choice.
    let expertResults = try backend.makeTensor([1, 2, 3, 5] as [Float], "results")
    let places = try backend.makeTensor([0, 1, 2, 3] as [UInt32], "places of the results")
    let joined: Tensor<Float> = try backend.makeTensor(tokensRouted, "joined")
    try backend.run("experts") {
      $0.topTokens(
        routerLogits, out: expertChoices, values: expertLogits, rows: tokensRouted, vocabulary: experts,
        count: chosenExperts)
      $0.softmax(expertLogits, out: expertShares, status: routed, rows: tokensRouted, columns: chosenExperts)
      $0.embeddingMix(
        tokens: places, weights: expertShares, table: expertResults, out: joined, rows: tokensRouted,
        columns: 1, vocabulary: 4, count: chosenExperts)
    }
    print(try backend.read(expertChoices), try backend.read(joined))  // [1, 3, 0, 2] [1.2689414, 4.0]
    return (try backend.read(expertChoices), try backend.read(joined))
  }

  private func decoding(_ backend: any Backend) throws -> Generation {
    let target = try Model(directory: EmbeddedModel.target.directory(), backend: backend)
    let draft = try Model(directory: EmbeddedModel.draft.directory(), backend: backend)
    let options = DecodingOptions(drafter: .model(try TreeShape(specification: "3x2x1x1")))
    let decoder = try Decoder(target: target, draft: draft, options: options)
    let generation = try decoder.generate(ByteTokenizer.encode("def main("))
    print(ByteTokenizer.decode(generation.tokens), generation.blockEfficiency)
    return generation
  }

  @Test("the article's examples give what they say")
  func results() throws {
    let backend = ReferenceBackend()
    #expect(try kernel(backend) == [1, 0])
    #expect(try weights(backend) == [-2, -2])
    #expect(try bytes(backend) == [96])
    #expect(try attention(backend).prefix(8) == [8, 4, 2, 1, 8, 4, 2, 1])
    let (paged, words, context) = try paging(backend)
    #expect(paged.map(\.path) == [[0, 2], [0]] && paged.map(\.tokens) == [[4, 5], [6]])
    let none = NO_PAGE
    #expect(words == [[0, 0], [1, 0, 1, 0, 0, 0], [0, none, none, 2, none, none]])
    #expect(context[0..<2] == [0, 2] && context[6..<8] == [3, 2] && Set(context).count > 4)
    let layer = try stateSpace(backend)
    #expect(layer[4..<8] == layer[8...] && Set(layer).count == 8)
    let rounds = try batch(backend)
    #expect(rounds.map(\.path) == [[0, 2, 3], [0]] && rounds.map(\.tokens) == [[4, 5, 8], [1]])
    let round = try sampled(backend)
    #expect(round.path == [0, 1] && round.tokens == [1, 2] && round.status == [])
    #expect(try draftVocabulary(backend) == [0, 395_007_552, 0, 1_073_741_824])
    let (paths, beam) = try drawn(backend)
    #expect(paths.tokens == [2, 0, 0] && paths.status == [])
    #expect(beam.tokens == [2, 0, 1] && beam.status == [])
    let (choices, joined) = try experts(backend)
    #expect(choices == [1, 3, 0, 2] && joined == [1.2689414, 4])
  }

  @Test("every line of Swift in the article compiles here")
  func lines() throws {
    try DocumentedCode("Sources/Espalier/Espalier.docc/LinkIt.md").expectCompiled(in: #filePath)
  }
}
