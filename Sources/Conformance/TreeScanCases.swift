import Kernels
import ShaderInterface

/// A batch of sequences with rows in flight: states, parents and owners.
struct RandomRows {
  let state, parents, owners: [UInt32]
  let sequences: Int
  let isTree: Bool
  var count: Int { parents.count }

  var operands: [CaseOperand] {
    let list: [CaseOperand] = [.words("state", state), .words("owners", owners)]
    return isTree ? list + [.words("parents", parents)] : list
  }
}

extension CaseRandom {
  /// Rows of trees of at most `maximumNodes` nodes; some with parents that are not below them, owners that do not exist,
  /// or rows past the end. A sequence alone has all rows, whatever its state says.
  mutating func rows(sequences: Int, maximumNodes: Int, isTree: Bool) -> RandomRows {
    var trees = packedTrees(sequences: sequences, maximumNodes: maximumNodes)
    var owners = words(trees.capacity, below: sequences + 2)
    var end = trees.capacity
    for s in (0..<sequences).reversed() {
      let first = Int(trees.word(STATE_FIRST_NODE, of: s))
      guard first < end else { continue }
      let nodes = min(Int(trees.word(STATE_NODES, of: s)), end - first)  // rows are no other sequence's
      trees.set(STATE_NODES, of: s, to: UInt32(nodes))
      for row in first..<first + nodes where !oneIn(20) { owners[row] = UInt32(s) }
      end = first
    }
    return RandomRows(
      state: trees.state, parents: trees.parents, owners: owners, sequences: sequences, isTree: isTree)
  }

  /// Log-decays: ordinary, none, all, beyond the ends of exp's range.
  mutating func decays(_ count: Int) -> [Float] {
    var list = [Float](repeating: 0, count: count)
    for i in list.indices { list[i] = oneIn(4) ? -unit() * 60 : -unit() }
    for _ in 0..<below(6) {
      list[below(count)] = element([0, -0.0, -44, -44.5, -0x1p-140, 0x1p-140, 3, -.infinity, .infinity, .nan])
    }
    return list
  }
}

extension CaseRandom {
  /// Where `count` columns lie: half the time in rows of their own.
  mutating func columns(_ count: Int) -> RowColumns? {
    if oneIn(2) { return nil }
    let first = below(9)
    return RowColumns(first: first, stride: first + count + below(9))
  }
}

extension RowColumns? {
  /// Elements of a row that has `count` columns here.
  func stride(_ count: Int) -> Int { self?.stride ?? count }
}

extension BoundOperands {
  func rows(_ rows: RandomRows) -> RecurrentRows {
    RecurrentRows(
      count: rows.count, state: words("state"), parents: rows.isTree ? words("parents") : nil,
      batch: batch(rows.sequences))
  }
}

extension KernelCase {
  /// A recurrence over trees, or over rows in order.
  public static func treeScan(
    sequences: Int, maximumNodes: Int, shape: ScanShape, isTree: Bool, lanesPerColumn: Int? = nil,
    random: inout CaseRandom
  ) -> KernelCase {
    let rows = random.rows(sequences: sequences, maximumNodes: maximumNodes, isTree: isTree)
    let (heads, headSize, stateSize) = (shape.heads, shape.headSize, shape.stateSize)
    let (inner, outer, logarithms) = (shape.groups * stateSize, heads * headSize, heads * shape.decays)
    let columns = ScanColumns(
      query: random.columns(inner), key: random.columns(inner), value: random.columns(outer),
      decay: random.columns(logarithms))
    func floats(_ name: String, _ columns: RowColumns?, _ count: Int) -> CaseOperand {
      let stride = columns.stride(count)
      var list = random.floats(rows.count * stride, exponents: -70...20)
      if name == "value" { random.addSpecials(&list) }
      return .floats(name, [rows.count, stride], list)
    }
    let decayStride = columns.decay.stride(logarithms)
    let committed = random.floats(sequences * shape.stateCount, exponents: -70...20)
    let states: [CaseOperand] =
      isTree ? [.output("states", .float, [rows.count, heads, stateSize, headSize])] : []
    let (bits, lanes) = (random.significantBits(), lanesPerColumn)
    return KernelCase(
      "sequences \(sequences), rows \(rows.count), heads \(heads) of \(headSize), groups \(shape.groups) of \(stateSize), \(columns)",
      rows.operands + [
        floats("query", columns.query, inner), floats("key", columns.key, inner),
        floats("value", columns.value, outer),
        .floats("decay", [rows.count, decayStride], random.decays(rows.count * decayStride)),
        .floats(
          "committed", [sequences, heads, stateSize, headSize], committed,
          role: isTree ? .input : .inputOutput),
        .output("out", .float, [rows.count, heads, headSize]),
      ] + states
    ) { list, o in
      list.treeScan(
        query: o.floats("query"), key: o.floats("key"), value: o.floats("value"), decay: o.floats("decay"),
        columns: columns, rows: o.rows(rows), shape: shape, committed: o.floats("committed"),
        states: isTree ? o.floats("states") : nil, out: o.floats("out"), significantBits: bits,
        lanesPerColumn: lanes)
    }
  }
}

let treeScanFamilies = [true, false].map { isTree in
  CaseFamily(.treeScan, isTree ? "tree" : "chain") { random in
    let groups = random.integer(1...3)
    let stateSize = random.length(random.oneIn(8) ? 129 : 20)
    let shape = ScanShape(
      heads: groups * random.integer(1...3), headSize: random.length(random.oneIn(8) ? 65 : 12),
      stateSize: stateSize, groups: groups, decays: random.oneIn(2) ? 1 : stateSize)
    return .treeScan(
      sequences: random.sequences(), maximumNodes: random.length(random.oneIn(8) ? 40 : 12), shape: shape,
      isTree: isTree, lanesPerColumn: random.element([nil, 1, 2, 4]), random: &random)
  }
}

let scanFamilies = treeScanFamilies + treeConvolutionFamilies + gatherStateFamilies + gatherTailFamilies
