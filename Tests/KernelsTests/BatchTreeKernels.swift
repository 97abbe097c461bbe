import Kernels
import ShaderInterface

@testable import Conformance

/// Kernels that build trees, draw their nodes, and move what belongs to sequences.
let treeKernels: [UnitKernel] =
  [
    UnitKernel(.treeLayout, sizes: [1, 9, 70, 257]) { call, size in
      var trees: [RandomTree] = []
      for count in call.nodes {
        var tree = call.random.tree(maximumNodes: count) { _, _, _ in 0 }
        call.random.damage(&tree, rarity: 6)
        trees.append(tree)
      }
      call.add("parents", .nodes(1)) { _, unit, _ in trees[unit].parents }
      call.state(lengths: 0...300, role: .inputOutput, nodes: trees.map(\.nodes))
      call.output("depths", .nodes(1))
      call.output("mask", .nodes((size + 31) / 32))
      call.output("links", .nodes(2))
      call.record = { list, o, places in
        list.treeLayout(
          o.tree(maximumNodes: size), links: o.words("links"), sequences: places.sequences)
      }
    },
    UnitKernel(.growTree, sizes: [1, 9, 40]) { call, size in
      let firstRow = size == 1 ? 0 : 3
      let (rows, width, count) = (size, 5, 7)
      let shape = GrowthShape(sequences: 1, firstRow: firstRow, rows: rows, width: width, count: count)
      call.addGrowth(shape, role: .inputOutput)
      call.add("logProbabilities", .each(rows * count), kind: .float) { random, _, count in
        random.logProbabilities(count).map(\.bitPattern)
      }
      call.words("candidates", .each(rows * count), below: 32_000)
      for name in ["nodeTokens", "nodeParents"] {
        call.words(name, .each(shape.maximumRows), role: .inputOutput)
      }
      call.record = { list, o, places in
        list.growTree(
          o.growth(shape, places), logProbabilities: o.floats("logProbabilities"),
          candidates: o.words("candidates"), firstRow: firstRow, rows: rows, width: width)
      }
    },
    UnitKernel(.conditionKeys, sizes: [1, 9, 40]) { call, size in
      let firstRow = size == 1 ? 0 : 3
      let (rows, count, vocabulary) = (size, 7, 11)
      let shape = GrowthShape(sequences: 1, firstRow: firstRow, rows: rows, width: 0, count: count)
      var laws: [WeightRows] = []
      for _ in call.nodes {
        laws.append(WeightRows(rows: rows, vocabulary: vocabulary, random: &call.random))
      }
      call.addGrowth(shape, role: .input)
      call.add("weights", .each(rows * vocabulary)) { _, unit, _ in laws[unit].weights }
      call.add("totals", .each(rows * 2)) { _, unit, _ in laws[unit].totals }
      call.words("drawn", .each(rows * count), below: vocabulary + 1)
      call.add("keys", .each(rows * count), kind: .float) { random, _, _ in
        random.childKeys(rows: rows, count: count).map(\.bitPattern)
      }
      call.add("sums", .each(shape.candidates), role: .inputOutput, kind: .float) { random, _, count in
        random.logProbabilities(count).map(\.bitPattern)
      }
      call.output("out", .each(rows * count), .float)
      call.record = { list, o, places in
        let law = DistributionRows(
          weights: o.words("weights"), totals: o.words("totals"), vocabulary: vocabulary)
        list.conditionKeys(
          o.growth(shape, places), sums: o.floats("sums"), law: law, tokens: o.words("drawn"),
          keys: o.floats("keys"), out: o.floats("out"), firstRow: firstRow, rows: rows)
      }
    },
    UnitKernel(.selectTree, sizes: [1, 9, 70]) { call, size in
      let shape = GrowthShape(sequences: 1, firstRow: 0, rows: 12, width: 1, count: 7)
      call.addGrowth(shape, role: .input)
      call.nodes = call.nodes.map { _ in size }
      call.state(lengths: 0...300, role: .inputOutput)
      call.words("treeTokens", .nodes(1), role: .inputOutput)
      call.output("parents", .nodes(1))
      call.output("sources", .nodes(1))
      call.record = { list, o, places in
        let state = o.words("state")
        let tree = TreeBuffers(
          state: state, tokens: o.words("treeTokens"), parents: o.words("parents"), depths: state,
          mask: state, result: state, maximumNodes: size)
        list.selectTree(
          o.growth(shape, places), rows: 12, nodes: size, into: tree, sources: o.words("sources"))
      }
    },
    UnitKernel(.gatherTokens, sizes: [2, 9, 300]) { call, size in
      call.nodes = call.nodes.map { _ in size }
      call.words("candidates", .each(50))
      call.words("source", .shared(size - 1), below: 51)
      call.state(lengths: 0...300)
      call.words("tokens", .nodes(1), role: .inputOutput)
      call.record = { list, o, places in
        list.gatherTokens(
          o.words("candidates"), source: o.words("source"), tokens: o.words("tokens"), first: 1,
          count: size - 1, sequences: places.sequences, state: places.sequences == 1 ? nil : o.words("state"))
      }
    },
    UnitKernel(.promptLookup, sizes: [2, 9, 33]) { call, size in
      call.nodes = call.nodes.map { _ in size }
      call.words("history", .each(40), below: 3)
      call.state(lengths: 0...45, role: .inputOutput)
      call.words("tokens", .nodes(1), role: .inputOutput)
      call.record = { list, o, places in
        let state = o.words("state")
        let tree = TreeBuffers(
          state: state, tokens: o.words("tokens"), parents: state, depths: state, mask: state, result: state,
          maximumNodes: size)
        list.promptLookup(
          history: o.words("history"), tree: tree, minimum: 1, maximum: 3, count: size - 1,
          sequences: places.sequences)
      }
    },
    UnitKernel(.drawChildren, "tree", sizes: [5, 300, 600]) { call, size in
      call.nodes = call.nodes.map { _ in 12 }
      call.leastCapacity = 12
      call.distributions("weights", "totals", vocabulary: size)
      call.state(lengths: 0...300)
      call.add("parents", .nodes(1)) { random, _, count in
        (0..<count).map { $0 == 0 ? NO_NODE : UInt32(random.below($0)) }
      }
      call.words("tokens", .nodes(1), role: .inputOutput)
      call.record = { list, o, places in
        list.drawChildren(
          o.rows("weights", "totals", vocabulary: size), tree: o.tree(maximumNodes: 12), parents: 4,
          children: 5, replacement: false, firstParent: 1, childDepth: 2, sequences: places.sequences)
      }
    },
    // Two parents of three children each, after the root.
    UnitKernel(.drawChildren, sizes: [5, 300, 600]) { call, size in
      call.nodes = call.nodes.map { _ in 9 }
      call.distributions("weights", "totals", vocabulary: size)
      call.state(lengths: 0...300)
      call.words("tokens", .nodes(1), role: .inputOutput)
      call.record = { list, o, places in
        list.drawChildren(
          o.rows("weights", "totals", vocabulary: size), state: o.words("state"), tokens: o.words("tokens"),
          parents: 2, children: 3, replacement: false, firstParent: 1, firstChild: 3, childDepth: 2,
          sequences: places.sequences)
      }
    },
    UnitKernel(.gatherRows, "one", sizes: [1, 65, 300]) { call, size in
      call.words("x", .each(size))
      call.words("sources", .number)
      call.output("out", .each(size))
      call.record = { list, o, places in
        list.gatherRows(
          o.words("x"), rows: places.sequences, sources: o.words("sources"), out: o.words("out"),
          count: places.sequences, columns: size)
      }
    },
    UnitKernel(.gatherRows, "sequences", sizes: [1, 9, 70]) { call, size in
      let (rows, count) = (size / 2 + 1, size)
      call.words("x", .each(rows * 5))
      call.words("sources", .each(count + 3), below: rows + 1)
      call.output("out", .each(count * 5))
      call.record = { list, o, places in
        list.gatherRows(
          o.words("x"), rows: rows, sources: o.words("sources"), firstSource: 2, sourceStride: count + 3,
          out: o.words("out"), count: count, columns: 5, sequences: places.sequences)
      }
    },
    UnitKernel(.scatterRows, "sequences", sizes: [1, 9, 20]) { call, count in
      let rows = 12
      call.words("x", .each(count * 5))
      call.words("targets", .each(count), below: rows + 1)
      call.words("out", .each(rows * 5), role: .inputOutput)
      call.record = { list, o, places in
        list.scatterRows(
          o.words("x"), targets: o.words("targets"), out: o.words("out"), count: count, rows: rows,
          columns: 5, sequences: places.sequences)
      }
    },
    // A unit's row goes to the unit's place.
    UnitKernel(.scatterRows, sizes: [1, 65, 300]) { call, size in
      call.words("x", .each(size))
      call.words("targets", .number)
      call.words("out", .each(size), role: .inputOutput)
      call.record = { list, o, places in
        list.scatterRows(
          o.words("x"), targets: o.words("targets"), out: o.words("out"), count: places.sequences,
          rows: places.sequences, columns: size)
      }
    },
  ]
  + [true, false].map { merging in
    UnitKernel(.mergePaths, merging ? "merging" : "apart", sizes: [1, 9, 70]) { call, size in
      let (count, length) = (6, 9)
      call.nodes = call.nodes.map { _ in size }
      call.add("paths", .each(count * length)) { random, _, words in
        // Few tokens, so that beginnings repeat.
        (0..<words).map { _ in random.oneIn(12) ? NO_TOKEN : UInt32(random.below(2)) }
      }
      call.state(lengths: 0...300, role: .inputOutput)
      call.words("tokens", .nodes(1), role: .inputOutput)
      call.output("parents", .nodes(1))
      call.output("nodes", .each(count * length))
      call.record = { list, o, places in
        list.mergePaths(
          o.words("paths"), count: count, length: length, merging: merging,
          into: o.tree(maximumNodes: size), nodes: o.words("nodes"), sequences: places.sequences)
      }
    }
  }
  + KeyValueFormat.allCases.map { format in
    UnitKernel(.compactCache, "\(format)", sizes: [2, 9, 33]) { call, size in
      let most = call.maximumNodes
      let columns = format == .q8 ? 96 : 34
      let rowWords = format.rowWords(keyColumns: columns)
      var lengths: [Int] = []
      for _ in call.nodes { lengths.append(call.random.below(20)) }
      call.slots = zip(lengths, call.nodes).map { $0 + $1 }
      call.addResults(lengths: lengths)
      for name in ["keys", "values"] { call.words(name, .slots(rowWords), role: .inputOutput) }
      call.record = { list, o, places in
        list.compactCache(
          places.cache(o, keyColumns: columns, format: format), result: o.words("result"),
          maximumNodes: most, sequences: places.sequences)
      }
    }
  }

extension UnitCall {
  /// Candidates of each sequence's tree; `shape` is that of one.
  fileprivate mutating func addGrowth(_ shape: GrowthShape, role: CaseOperand.Role) {
    var grown: [(scores: [Float], rowParents: [UInt32])] = []
    for _ in nodes { grown.append(random.grown(shape)) }
    words("tokens", .each(shape.candidates), below: 32_000, role: role)
    add("scores", .each(shape.candidates), role: role, kind: .float) { _, unit, _ in
      grown[unit].scores.map(\.bitPattern)
    }
    add("rowParents", .each(shape.maximumRows), role: role) { _, unit, _ in grown[unit].rowParents }
  }
}

extension BoundOperands {
  fileprivate func growth(_ shape: GrowthShape, _ places: UnitPlaces) -> TreeGrowth {
    growth(
      GrowthShape(
        sequences: places.sequences, firstRow: shape.firstRow, rows: shape.rows, width: shape.width,
        count: shape.count))
  }
}
