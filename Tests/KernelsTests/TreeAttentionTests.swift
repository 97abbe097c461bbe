import Conformance
import Kernels
import Numerics
import ShaderInterface
import Testing

extension KernelsTests {
  /// A row's bits depend on its keys in logical order, not on where they lie or who else is in flight.
  @Suite(.needsDevice) struct TreeAttentionTests {
    static let lengths = [0, 1, 31, 63, 64, 65, 130]

    @Test(arguments: lengths)
    func `A node gives the same bits in its tree, alone, in a chain and behind a longer prefix`(length: Int)
      throws
    {
      try withDevice { backend in
        let tree = AttentionTree(nodes: 24, length: length)
        let together = try tree.run(backend, rows: 0..<24)
        #expect(Set(together.map(\.bitPattern)).count > 24)
        for node in 0..<24 {
          let expected = Array(together[node * tree.columns..<(node + 1) * tree.columns])
          let alone = try tree.run(backend, rows: node..<node + 1)
          #expect(firstDifference(alone, expected) == nil, "node \(node) alone")
          let path = tree.path(to: node)
          let chain = try tree.runChain(backend, path: path, cached: 0)
          #expect(firstDifference(chain, expected) == nil, "node \(node) in a causal chain")
          let cached = try tree.runChain(backend, path: path, cached: path.count - 1)
          #expect(firstDifference(cached, expected) == nil, "node \(node), ancestors in the cache")
        }
      }
    }

    @Test(arguments: lengths)
    func `Slots in another order give the same bits`(length: Int) throws {
      try withDevice { backend in
        let tree = AttentionTree(nodes: 24, length: length)
        let expected = try tree.run(backend, rows: 0..<24)
        for seed in 0..<4 {
          let order = tree.shuffledOrder(seed: seed)
          let result = try tree.renumbered(order).run(backend, rows: 0..<24)
          for (slot, node) in order.enumerated() {
            let (a, b) = (slot * tree.columns, node * tree.columns)
            let difference = firstDifference(
              Array(result[a..<a + tree.columns]), Array(expected[b..<b + tree.columns]))
            #expect(difference == nil, "node \(node) in slot \(slot)")
          }
        }
      }
    }
  }
}

/// One prefix and a random tree over it, with everything that the rows need.
private struct AttentionTree {
  static let (heads, keyHeads, headSize) = (4, 2, 32)
  let columns = heads * headSize
  let length: Int
  /// Parent of each node; nodes are in slot order.
  var parents: [Int]
  /// By node: query rows as rotary writes them, keys and values as halves.
  var queries: [[Float]]
  var keys, values: [[UInt16]]
  let prefixKeys, prefixValues: [[UInt16]]

  init(nodes: Int, length: Int) {
    var random = CaseRandom(seed: 9, family: "attention tree", index: length)
    self.length = length
    parents = (0..<nodes).map { $0 == 0 ? -1 : Int.random(in: max(0, $0 - 6)..<$0, using: &random) }
    let stride = (Self.heads + Self.keyHeads) * Self.headSize
    queries = (0..<nodes).map { _ in
      (0..<stride).map { _ in rounded(Float.random(in: -3..<3, using: &random), to: ACTIVATION_BITS_F16) }
    }
    func rows(_ count: Int) -> [[UInt16]] {
      (0..<count).map { _ in
        (0..<Self.keyHeads * Self.headSize).map { _ in halfBits(of: Float.random(in: -2..<2, using: &random))
        }
      }
    }
    keys = rows(nodes)
    values = rows(nodes)
    prefixKeys = rows(length)
    prefixValues = rows(length)
  }

  func path(to node: Int) -> [Int] {
    node < 0 ? [] : path(to: parents[node]) + [node]
  }

  /// The result rows of the nodes in `rows`, one call.
  func run(_ backend: any Backend, rows: Range<Int>) throws -> [Float] {
    let words = (parents.count + 31) / 32
    var mask = [UInt32](repeating: 0, count: parents.count * words)
    for node in parents.indices {
      for ancestor in path(to: node) { mask[node * words + ancestor / 32] |= 1 << UInt32(ancestor % 32) }
    }
    return try attend(
      backend, keys: prefixKeys + keys, values: prefixValues + values, length: length, rows: rows,
      queries: Array(queries[rows]), mask: mask, maskWords: words)
  }

  /// The last row of a causal chain over `path`, whose first `cached` nodes are committed already.
  func runChain(_ backend: any Backend, path: [Int], cached: Int) throws -> [Float] {
    try attend(
      backend, keys: prefixKeys + path.map { keys[$0] }, values: prefixValues + path.map { values[$0] },
      length: length + cached, rows: path.count - 1 - cached..<path.count - cached,
      queries: [queries[path.last!]], mask: [0], maskWords: 0)
  }

  private func attend(
    _ backend: any Backend, keys: [[UInt16]], values: [[UInt16]], length: Int, rows: Range<Int>,
    queries: [[Float]],
    mask: [UInt32], maskWords: Int
  ) throws -> [Float] {
    func words(_ rows: [[UInt16]]) -> [UInt32] {
      let halves = Array(rows.joined())
      return stride(from: 0, to: halves.count, by: 2).map {
        UInt32(halves[$0]) | UInt32(halves[$0 + 1]) << 16
      }
    }
    let cache = KeyValueCache(
      keys: try backend.makeTensor(words(keys), "keys"),
      values: try backend.makeTensor(words(values), "values"), slots: keys.count,
      keyColumns: Self.keyHeads * Self.headSize)
    let query = try backend.makeTensor(Array(queries.joined()), "query")
    let bits = try backend.makeTensor(mask, "mask")
    let state = try backend.makeState(length: length)
    let out: Tensor<Float> = try backend.makeTensor(rows.count * columns, "out")
    try backend.run("attention") { list in
      list.treeAttention(
        query: query, cache: cache, mask: bits, state: state, out: out, rows: rows.count,
        firstRow: rows.lowerBound,
        heads: Self.heads, keyHeads: Self.keyHeads, headSize: Self.headSize, maskWords: maskWords,
        scale: 0.176_776_7)
    }
    return try backend.read(out)
  }

  /// A random order of the nodes in which parents precede children: `order[slot]` is the node.
  func shuffledOrder(seed: Int) -> [Int] {
    var random = CaseRandom(seed: 11, family: "slot order", index: seed)
    var order: [Int] = []
    while order.count < parents.count {
      let ready = parents.indices.filter {
        !order.contains($0) && (parents[$0] < 0 || order.contains(parents[$0]))
      }
      order.append(ready.randomElement(using: &random)!)
    }
    return order
  }

  func renumbered(_ order: [Int]) -> AttentionTree {
    var tree = self
    tree.parents = order.map { node in parents[node] < 0 ? -1 : order.firstIndex(of: parents[node])! }
    tree.queries = order.map { queries[$0] }
    tree.keys = order.map { keys[$0] }
    tree.values = order.map { values[$0] }
    return tree
  }
}
