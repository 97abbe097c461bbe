import Kernels
import ShaderInterface

/// A random token tree in the arrays that kernels read; entries at or above `nodes` are noise.
struct RandomTree {
  let maximumNodes: Int
  /// What the state says; 0 or above `maximumNodes` in some malformed trees.
  var nodes: Int
  var parents: [UInt32]
  var depths: [UInt32]
  var tokens: [UInt32]

  /// Children of each node in ascending order, by the nodes that the arrays hold.
  var children: [[Int]] {
    var lists = [[Int]](repeating: [], count: maximumNodes)
    for node in stride(from: 1, to: min(nodes, maximumNodes), by: 1) where parents[node] < node {
      lists[Int(parents[node])].append(node)
    }
    return lists
  }

  /// The operands of a verifier, result included.
  func operands(state: [UInt32]) -> [CaseOperand] {
    [
      .words("tokens", tokens), .words("parents", parents), .words("depths", depths), .words("state", state),
      .output("result", .word, [Int(RESULT_PATH) + 2 * maximumNodes]),
    ]
  }
}

extension CaseRandom {
  /// A chain, a star, or a tree of random or recent parents, with `tokens` drawn by `token` from node and parent.
  mutating func tree(maximumNodes: Int, token: (inout CaseRandom, _ node: Int, _ parent: Int) -> UInt32)
    -> RandomTree
  {
    let kind = below(5)
    var tree = RandomTree(
      maximumNodes: maximumNodes, nodes: oneIn(2) ? maximumNodes : integer(1...maximumNodes),
      parents: words(maximumNodes, below: maximumNodes + 2), depths: words(maximumNodes, below: 50),
      tokens: words(maximumNodes, below: 50))
    tree.parents[0] = NO_NODE
    tree.depths[0] = 0
    for node in stride(from: 1, to: tree.nodes, by: 1) {
      let parent =
        switch kind {
        case 0: node - 1
        case 1: 0
        case 2: below(node)
        case 3: max(0, node - integer(1...4))
        default: (node - 1) / 3
        }
      tree.parents[node] = UInt32(parent)
      tree.depths[node] = tree.depths[parent] + 1
      tree.tokens[node] = oneIn(20) ? NO_TOKEN : token(&self, node, parent)
    }
    return tree
  }

  /// Breaks one tree in `rarity`: a parent that is not below its child, or a node count out of range.
  mutating func damage(_ tree: inout RandomTree, rarity: Int = 10) {
    guard oneIn(rarity) else { return }
    if tree.nodes > 1 && !oneIn(3) {
      let node = integer(1...tree.nodes - 1)
      tree.parents[node] = element([UInt32(node), UInt32(node) + 1, NO_NODE, 0x8000_0000])
    } else {
      tree.nodes = element([0, tree.maximumNodes + 1, 0xffff_ffff])
    }
  }
}

extension BoundOperands {
  /// The tree operands of a case; a kernel that does not take one is given `state` in its place.
  func tree(maximumNodes: Int) -> TreeBuffers {
    func words(_ name: String) -> Tensor<UInt32> { tensors[name] ?? self.words("state") }
    return TreeBuffers(
      state: words("state"), tokens: words("tokens"), parents: words("parents"), depths: words("depths"),
      mask: words("mask"), result: words("result"), maximumNodes: maximumNodes)
  }
}

let treeFamilies =
  promptLookupFamilies + gatherTokensFamilies + verifyMatchFamilies + verifySiblingsFamilies
  + commitRoundFamilies
  + advanceStateFamilies + treeLayoutFamilies + growTreeFamilies + selectTreeFamilies + mergePathsFamilies
