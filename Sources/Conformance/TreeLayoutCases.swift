import Kernels
import ShaderInterface

extension KernelCase {
  /// A batch of trees, some malformed, laid out from their parents.
  public static func treeLayout(sequences: Int, maximumNodes: Int, random: inout CaseRandom) -> KernelCase {
    var trees = random.packedTrees(sequences: sequences, maximumNodes: maximumNodes)
    if random.oneIn(8) {  // some overlap
      let first = trees.word(STATE_FIRST_NODE, of: random.below(sequences))
      trees.set(STATE_FIRST_NODE, of: random.below(sequences), to: first &+ UInt32(random.below(3)))
    }
    let maskWords = (maximumNodes + 31) / 32
    return KernelCase(
      "sequences \(sequences), nodes at most \(maximumNodes), arrays of \(trees.capacity)",
      [
        .words("parents", trees.parents), .words("state", trees.state, role: .inputOutput),
        .output("depths", .word, [trees.capacity]), .output("mask", .word, [trees.capacity, maskWords]),
        .output("links", .word, [trees.capacity, 2]),
      ]
    ) { list, o in
      list.treeLayout(
        o.tree(maximumNodes: maximumNodes), links: o.words("links"), sequences: sequences)
    }
  }
}

let treeLayoutFamilies = [
  CaseFamily(.treeLayout) { random in
    .treeLayout(
      sequences: random.sequences(), maximumNodes: random.length(random.oneIn(10) ? 1024 : 70),
      random: &random)
  }
]
