import Kernels
import ShaderInterface

extension KernelCase {
  /// The best candidates of grown trees; some scores rise along a path.
  public static func selectTree(
    sequences: Int, rows: Int, count: Int, nodes: Int, random: inout CaseRandom
  ) -> KernelCase {
    let shape = GrowthShape(
      sequences: sequences, firstRow: 0, rows: rows, width: random.below(3), count: count)
    let maximumRows = shape.maximumRows
    var (scores, rowParents) = random.grown(shape)
    if random.oneIn(5) { scores[random.below(scores.count)] = random.element([.nan, .infinity, 0x1p-140]) }
    if random.oneIn(6) { rowParents[random.below(rowParents.count)] = UInt32(random.below(shape.candidates)) }
    let trees = random.packedTrees(sequences: sequences, maximumNodes: nodes, hasRoom: true)
    return KernelCase(
      "sequences \(sequences), rows \(rows) of \(maximumRows), candidates \(count), nodes \(nodes)",
      [
        .words("tokens", random.words(shape.candidates, below: 32000), [sequences, maximumRows, count]),
        .floats("scores", [sequences, maximumRows, count], scores),
        .words("rowParents", rowParents, [sequences, maximumRows]),
        .words("state", trees.state, role: .inputOutput),
        .words("treeTokens", random.words(trees.capacity), role: .inputOutput),
        .output("parents", .word, [trees.capacity]), .output("sources", .word, [trees.capacity]),
      ]
    ) { list, o in
      let tree = TreeBuffers(
        state: o.words("state"), tokens: o.words("treeTokens"), parents: o.words("parents"),
        depths: o.words("state"), mask: o.words("state"), result: o.words("state"), maximumNodes: nodes)
      list.selectTree(o.growth(shape), rows: rows, nodes: nodes, into: tree, sources: o.words("sources"))
    }
  }
}

let selectTreeFamilies = [
  CaseFamily(.selectTree) { random in
    .selectTree(
      sequences: random.sequences(), rows: random.length(40),
      count: random.length(random.oneIn(6) ? 256 : 12),
      nodes: random.length(random.oneIn(8) ? 1024 : 70), random: &random)
  }
]
