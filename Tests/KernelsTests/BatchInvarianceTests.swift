import Kernels
import ShaderInterface
import Testing

@testable import Conformance

extension KernelsTests {
  /// A sequence alone gives the bits that it gives in a ragged batch, whatever its place there, its neighbours, the gaps between
  /// them and its pages.
  @Suite(.needsDevice) struct BatchInvarianceTests {
    @Test(arguments: rowsOfSequences + [gumbel(count: 4, independentRows: true)])
    func `The rows of a sequence give the bits in a batch that they give alone`(kernel: UnitKernel) throws {
      try kernel.expectInvariance { batch(of: kernel, size: $0, nodes: [4, 1, 7, 2, 9]) }
    }

    @Test(arguments: batchKernels)
    func `A sequence in a batch gives the bits that it gives alone`(kernel: UnitKernel) throws {
      try kernel.expectInvariance { size in
        var random = CaseRandom(seed: 14, family: "nodes", index: size)
        let nodes = [size] + (0..<6).map { _ in random.integer(1...size) }
        return batch(of: kernel, size: size, nodes: nodes)
      }
    }

    private func batch(of kernel: UnitKernel, size: Int, nodes: [Int]) -> (UnitCall, [UnitPlaces]) {
      var call = UnitCall(
        batch: nodes, random: CaseRandom(seed: 15, family: "batch of \(kernel)", index: size))
      kernel.declare(&call, size)
      let all = Array(0..<call.units)
      let orders = [
        all, all.reversed(), all.shuffled(using: &call.random), [1, 0], [4, 2], [3, 3, 0, 3],
        all.shuffled(using: &call.random) + all,
      ]
      var random = call.random
      return (call, orders.map { UnitPlaces(batch: $0, of: call, random: &random) })
    }
  }
}

/// Kernels over the sequences of a batch; their size is that of the greatest tree.
let batchKernels = walkKernels + rejectionKernels + lossyKernels + treeKernels + recurrentKernels

// Operands of batches.
extension UnitCall {
  var maximumNodes: Int { nodes.max()! }

  /// Trees, some of them malformed; entries behind their nodes are noise.
  mutating func addTrees(_ trees: [RandomTree], tokenRole: CaseOperand.Role = .input) {
    var trees = trees
    for s in trees.indices { random.damage(&trees[s], rarity: 8) }
    add("tokens", .nodes(1), role: tokenRole) { _, unit, _ in trees[unit].tokens }
    add("parents", .nodes(1)) { _, unit, _ in trees[unit].parents }
    // Verifiers take them for keys of random numbers alone.
    words("depths", .nodes(1), below: 40)
    state(lengths: 0...300, nodes: trees.map(\.nodes))
    leastCapacity = maximumNodes
  }

  /// Trees of few different tokens.
  mutating func addTrees(tokens: Int) -> [RandomTree] {
    var trees: [RandomTree] = []
    for count in nodes {
      trees.append(random.tree(maximumNodes: count) { random, _, _ in UInt32(random.below(tokens)) })
    }
    addTrees(trees)
    return trees
  }

  /// Trees drawn from draft rows, and target rows.
  mutating func addRejection(
    _ rule: SiblingRule, vocabulary: Int, targetRole: CaseOperand.Role = .input,
    draftRole: CaseOperand.Role = .input
  ) {
    var (drafts, targets, trees): ([WeightRows], [WeightRows], [RandomTree]) = ([], [], [])
    for count in nodes {
      let draft = random.draftRows(rule, count: count, vocabulary: vocabulary)
      var target = WeightRows(vocabulary: vocabulary)
      for node in 0..<count {
        let isEmpty = random.oneIn(8)
        let row =
          isEmpty ? [UInt32](repeating: 0, count: vocabulary) : random.targetRow(like: draft.row(node))
        target.append(row, random: &random)
      }
      trees.append(random.drawnTree(rule, draft, target, maximumNodes: count))
      drafts.append(draft)
      targets.append(target)
    }
    add("target", .nodes(vocabulary), role: targetRole) { _, unit, _ in targets[unit].weights }
    add("targetTotals", .nodes(2)) { _, unit, _ in targets[unit].totals }
    add("draft", .nodes(vocabulary), role: draftRole) { _, unit, _ in drafts[unit].weights }
    add("draftTotals", .nodes(2), role: draftRole) { _, unit, _ in drafts[unit].totals }
    addTrees(trees, tokenRole: draftRole)
  }

  mutating func outputResult() {
    output("result", .each(TreeBuffers.resultWords(maximumNodes: maximumNodes)))
  }

  /// Results of rounds along nodes that each sequence has; some with a status.
  mutating func addResults(lengths: [Int]? = nil) {
    let (nodes, most) = (nodes, maximumNodes)
    add("result", .each(TreeBuffers.resultWords(maximumNodes: most))) { random, unit, count in
      let own = nodes[unit]
      let round = random.result(
        accepted: random.below(own), maximumNodes: own, length: lengths?[unit] ?? random.below(300))
      var words = Array(round[..<Int(RESULT_PATH)])
      for array in 0..<Int(RESULT_ARRAYS) {
        words += round[Int(RESULT_PATH) + array * own..<Int(RESULT_PATH) + (array + 1) * own]
        words += [UInt32](repeating: 0, count: most - own)
      }
      if random.oneIn(6) { words[Int(RESULT_STATUS)] = STATUS_EMPTY_ROW }
      return words
    }
  }
}

extension BoundOperands {
  func target(_ vocabulary: Int) -> DistributionRows {
    rows("target", "targetTotals", vocabulary: vocabulary)
  }

  func draft(_ vocabulary: Int) -> DistributionRows {
    rows("draft", "draftTotals", vocabulary: vocabulary)
  }

  func rows(_ places: UnitPlaces, isTree: Bool) -> RecurrentRows {
    RecurrentRows(
      count: places.capacity, state: words("state"), parents: isTree ? words("parents") : nil,
      batch: batch(places.sequences))
  }
}

private let walkKernels: [UnitKernel] = [
  UnitKernel(.verifyMatch, sizes: [1, 9, 70, 300]) { call, size in
    let trees = call.addTrees(tokens: 6)
    call.add("picks", .nodes(2)) { random, unit, count in
      var picks = random.words(count, below: 6)
      for (node, children) in trees[unit].children.enumerated() {
        // Most picks are a child's token, so that walks go deep.
        if !children.isEmpty && !random.oneIn(6) {
          picks[2 * node] = trees[unit].tokens[random.element(children)]
        }
        picks[2 * node + 1] = random.oneIn(30) ? STATUS_NOT_FINITE : STATUS_OK
      }
      return picks
    }
    call.outputResult()
    call.record = { list, o, places in
      list.verifyMatch(
        picks: o.words("picks"), tree: o.tree(maximumNodes: size), sequences: places.sequences)
    }
  },
  UnitKernel(.verifyAccepted, sizes: [1, 9, 70, 300]) { call, size in
    _ = call.addTrees(tokens: 6)
    call.words("accept", .nodes(1), below: 4)
    call.floats("score", .nodes(1), -2...2)
    call.add("picks", .nodes(2)) { random, _, count in
      (0..<count).map { $0 % 2 == 0 ? UInt32(random.below(6)) : random.oneIn(20) ? 1 : 0 }
    }
    call.outputResult()
    call.record = { list, o, places in
      list.verifyAccepted(
        o.words("accept"), score: o.floats("score"), picks: o.words("picks"),
        tree: o.tree(maximumNodes: size), sequences: places.sequences)
    }
  },
  UnitKernel(.advanceState, sizes: [1, 9]) { call, size in
    call.state(lengths: 0...130, role: .inputOutput)
    call.record = { list, o, places in
      list.advanceState(o.words("state"), rows: nil, sequences: places.sequences)
    }
  },
  UnitKernel(.gatherRow, sizes: [1, 9, 70]) { call, size in
    call.state(lengths: 0...130)
    call.floats("x", .nodes(size + 3), -126...127, hasSpecials: true)
    call.output("out", .each(size + 3), .float)
    call.record = { list, o, places in
      list.gatherRow(
        o.floats("x"), state: o.words("state"), out: o.floats("out"), rows: places.capacity,
        columns: size + 3, sequences: places.sequences)
    }
  },
  UnitKernel(.commitRound, sizes: [1, 9, 70]) { call, size in
    call.leastCapacity = size
    call.addResults()
    call.words("tokens", .nodes(1), role: .inputOutput)
    call.state(lengths: 0...130, role: .inputOutput)
    call.words("history", .each(100), role: .inputOutput)
    call.record = { list, o, places in
      list.commitRound(
        tree: o.tree(maximumNodes: size), history: o.words("history"), sequences: places.sequences)
    }
  },
  UnitKernel(.penalties, sizes: [1, 9, 40]) { call, size in
    let vocabulary = 2 * size + 27
    var trees: [RandomTree] = []
    for count in call.nodes {
      trees.append(call.random.tree(maximumNodes: count) { random, _, _ in UInt32(random.below(20)) })
    }
    call.addTrees(trees)
    call.leastCapacity = 0
    call.words("history", .each(280), below: 20)
    call.logits("logits", vocabulary: vocabulary, role: .inputOutput)
    call.floats("bias", .nodes(vocabulary), -80...20)
    call.words("mask", .nodes((vocabulary + 31) / 32))
    call.add("settings", .nodes(LogitPenalties.wordCount)) { random, _, count in
      (0..<count / LogitPenalties.wordCount).flatMap { _ in
        LogitPenalties(
          repetition: 1.2, presence: random.unit(), frequency: 0.25, window: random.below(100)
        ).words
      }
    }
    call.record = { list, o, places in
      list.penalties(
        o.floats("logits"), settings: o.words("settings"), history: o.words("history"),
        state: o.words("state"), tokens: o.words("tokens"), parents: o.words("parents"),
        rows: places.capacity, vocabulary: vocabulary, bias: o.floats("bias"), rowBiases: true,
        mask: o.words("mask"), rowMasks: true, batch: o.batch(places.sequences))
    }
  },
]

private let rejectionKernels: [UnitKernel] =
  SiblingRule.allCases.map { rule in
    UnitKernel(.verifySiblings, "\(rule)", sizes: [1, 6, 9, 14, 33]) { call, size in
      let vocabulary = size == 9 ? 300 : 40
      call.addRejection(rule, vocabulary: vocabulary)
      call.add("scratch", .each(vocabulary), role: .scratch) { random, _, count in random.words(count) }
      call.outputResult()
      call.record = { list, o, places in
        list.verifySiblings(
          target: o.target(vocabulary), draft: o.draft(vocabulary), tree: o.tree(maximumNodes: size),
          scratch: o.words("scratch"), rule: rule, sequences: places.sequences)
      }
    }
  }
  + SiblingRule.allCases.filter { $0 != .kSeq }.map { rule in
    UnitKernel(.verifyTraversal, "\(rule)", sizes: [1, 3, 5, 9, 14, 33]) { call, size in
      let vocabulary = size == 9 ? 300 : 40
      call.addRejection(rule, vocabulary: vocabulary, targetRole: .scratch)
      call.outputResult()
      call.record = { list, o, places in
        list.verifyTraversal(
          target: o.target(vocabulary), draft: o.draft(vocabulary), tree: o.tree(maximumNodes: size),
          rule: rule, sequences: places.sequences)
      }
    }
  }
  + [2, 3, 5].map { paths in
    UnitKernel(.selectPath, "\(paths) paths", sizes: [1, 3, 5, 9, 14, 33]) { call, size in
      let vocabulary = size == 9 ? 300 : 40
      call.addRejection(.withoutReplacement, vocabulary: vocabulary, draftRole: .inputOutput)
      call.record = { list, o, places in
        list.selectPath(
          target: o.target(vocabulary), draft: o.draft(vocabulary), tree: o.tree(maximumNodes: size),
          paths: paths, sequences: places.sequences)
      }
    }
  }
  + [0, 3].map { columns in
    UnitKernel(.clusterAccept, columns > 0 ? "table" : "plain", sizes: [1, 9, 33]) { call, size in
      let vocabulary = size == 9 ? 300 : 40
      call.addRejection(.withReplacement, vocabulary: vocabulary)
      call.floats("table", .shared(max(1, vocabulary * columns)), -3...2)
      call.output("accept", .nodes(1))
      call.output("score", .nodes(1), .float)
      call.record = { list, o, places in
        let cluster = TokenCluster(
          ranks: 3, tolerance: 0.3, table: columns > 0 ? o.floats("table") : nil, columns: columns,
          squaredDistance: 4)
        list.clusterAccept(
          cluster, target: o.target(vocabulary), draft: o.draft(vocabulary),
          tree: o.tree(maximumNodes: size), batch: o.batch(places.sequences), accept: o.words("accept"),
          score: o.floats("score"))
      }
    }
  }

private let lossyKernels: [UnitKernel] = [
  ("typical", LossyTest.typical(epsilon: 0.02)), ("topBeta", .topBeta(3, gap: 4)),
  ("distance", .distance(5)), ("divergence", .divergence(atMost: 1)),
  ("confidence", .confidence(probability: 0.01, maximumEntropy: 3, minimumGap: 0.1)),
].flatMap { name, test in [lossyAccept(name, test), verifyLossy(name, test)] }

private func lossyAccept(_ name: String, _ test: LossyTest) -> UnitKernel {
  UnitKernel(.lossyAccept, name, sizes: [2, 9, 25]) { call, size in
    call.addLossyTest(test)
    call.output("score", .nodes(1), .float)
    call.record = { list, o, places in
      list.addStatistics(o, rows: places.capacity)
      list.lossyAccept(
        test, logits: o.floats("logits"), warps: o.words("warps"), statistics: o.floats("statistics"),
        best: o.words("best"), divergence: o.floats("divergence"), tree: o.tree(maximumNodes: size),
        batch: o.batch(places.sequences), accept: o.words("accept"), score: o.floats("score"),
        vocabulary: lossyVocabulary, combines: true)
    }
  }
}

private func verifyLossy(_ name: String, _ test: LossyTest) -> UnitKernel {
  UnitKernel(.verifyLossy, name, sizes: [2, 9, 25]) { call, size in
    call.addLossyTest(test)
    // Those of a malformed tree stay.
    call.words("score", .nodes(1), role: .inputOutput)
    call.add("picks", .nodes(2)) { random, _, count in
      (0..<count).map { $0 % 2 == 0 ? UInt32(random.below(6)) : random.oneIn(20) ? 1 : 0 }
    }
    call.outputResult()
    call.record = { list, o, places in
      list.addStatistics(o, rows: places.capacity)
      list.verifyLossy(
        test, logits: o.floats("logits"), warps: o.words("warps"), statistics: o.floats("statistics"),
        best: o.words("best"), divergence: o.floats("divergence"), picks: o.words("picks"),
        tree: o.tree(maximumNodes: size), accept: o.words("accept"), score: o.floats("score"),
        vocabulary: lossyVocabulary, combines: true, sequences: places.sequences)
    }
  }
}

private let lossyVocabulary = 17

extension UnitCall {
  fileprivate mutating func addLossyTest(_ test: LossyTest) {
    _ = addTrees(tokens: lossyVocabulary)
    logits("logits", vocabulary: lossyVocabulary)
    warps()
    output("statistics", .nodes(4), .float)
    output("status", .nodes(1))
    words("best", .nodes(max(1, test.count)), below: lossyVocabulary)
    floats("divergence", .nodes(1), -3...2, hasSpecials: true)
    words("accept", .nodes(1), below: 3, role: .inputOutput)
  }
}

extension CommandList {
  fileprivate func addStatistics(_ o: BoundOperands, rows: Int) {
    rowStatistics(
      o.floats("logits"), warps: o.words("warps"), out: o.floats("statistics"), status: o.words("status"),
      rows: rows, vocabulary: lossyVocabulary)
  }
}

private let recurrentKernels =
  [true, false].flatMap { recurrences(isTree: $0) } + [
    UnitKernel(.gatherState, sizes: [1, 9, 33]) { call, size in
      call.addRecurrentRows(isTree: true)
      call.addResults()
      call.words("states", .nodes(size + 60))
      call.words("committed", .each(size + 60), role: .inputOutput)
      call.record = { list, o, places in
        list.gatherState(
          o.floats("states"), result: o.words("result"), maximumNodes: size,
          rows: o.rows(places, isTree: true), stateCount: size + 60, committed: o.floats("committed"))
      }
    }
  ]

private func recurrences(isTree: Bool) -> [UnitKernel] {
  let form = isTree ? "tree" : "chain"
  return [
    UnitKernel(.treeScan, form, sizes: [1, 9, 17]) { call, size in
      let shape = ScanShape(heads: 4, headSize: size, stateSize: size == 9 ? 33 : 5, groups: 2)
      call.addRecurrentRows(isTree: isTree)
      for name in ["query", "key"] { call.floats(name, .nodes(2 * shape.stateSize), -70...20) }
      call.floats("value", .nodes(4 * size), -70...20, hasSpecials: true)
      call.add("decay", .nodes(4), kind: .float) { random, _, count in
        random.decays(count).map(\.bitPattern)
      }
      call.words("committed", .each(shape.stateCount), below: 1 << 30, role: isTree ? .input : .inputOutput)
      call.output("out", .nodes(4 * size), .float)
      if isTree { call.output("states", .nodes(shape.stateCount), .float) }
      call.record = { list, o, places in
        list.treeScan(
          query: o.floats("query"), key: o.floats("key"), value: o.floats("value"), decay: o.floats("decay"),
          rows: o.rows(places, isTree: isTree), shape: shape, committed: o.floats("committed"),
          states: isTree ? o.floats("states") : nil, out: o.floats("out"))
      }
    },
    UnitKernel(.treeConvolution, form, sizes: [1, 9, 33]) { call, size in
      let (channels, width) = (size + 30, 4)
      call.addRecurrentRows(isTree: isTree)
      call.floats("x", .nodes(channels), -70...30, hasSpecials: true)
      call.floats("weights", .shared(channels * width), -70...10)
      call.floats("bias", .shared(channels), -70...10)
      call.floats("tail", .each((width - 1) * channels), -70...30)
      call.output("out", .nodes(channels), .float)
      call.record = { list, o, places in
        list.treeConvolution(
          o.floats("x"), weights: o.floats("weights"), bias: o.floats("bias"),
          rows: o.rows(places, isTree: isTree), tail: o.floats("tail"), out: o.floats("out"),
          channels: channels, width: width, gated: true)
      }
    },
    UnitKernel(.gatherTail, form, sizes: [1, 9, 33]) { call, size in
      let (channels, width) = (size + 60, 4)
      call.addRecurrentRows(isTree: isTree)
      call.addResults()
      call.words("x", .nodes(channels))
      call.words("tail", .each((width - 1) * channels), role: .inputOutput)
      call.record = { list, o, places in
        list.gatherTail(
          o.floats("x"), result: isTree ? o.words("result") : nil, maximumNodes: size,
          rows: o.rows(places, isTree: isTree), tail: o.floats("tail"), channels: channels, width: width)
      }
    },
  ]
}

extension UnitCall {
  /// Every row that a sequence has counts: alone it has them all, whatever its state says.
  fileprivate mutating func addRecurrentRows(isTree: Bool) {
    state(lengths: 0...300)
    guard isTree else { return }
    add("parents", .nodes(1)) { random, _, count in
      (0..<count).map { $0 == 0 ? NO_NODE : UInt32(max(0, $0 - random.integer(1...4))) }
    }
  }
}
