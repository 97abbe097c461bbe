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

}

/// The trees of a batch, packed into shared node arrays; one tree alone fills them.
struct RandomForest {
  var trees: [RandomTree]
  /// Where each root stands.
  var firstNodes: [Int]
  /// Nodes of each tree that lie in the arrays.
  let counts: [Int]
  let capacity: Int

  var sequences: Int { trees.count }
  var maximumNodes: Int { trees[0].maximumNodes }

  /// Packs the rows of `width` words that belong to the nodes of each tree, noise between.
  func pack(width: Int = 1, random: inout CaseRandom, _ rows: (RandomTree, _ index: Int) -> [UInt32])
    -> [UInt32]
  {
    var words = random.words(capacity * width)
    for (s, tree) in trees.enumerated() {
      let first = firstNodes[s] * width
      words.replaceSubrange(first..<first + counts[s] * width, with: rows(tree, s)[..<(counts[s] * width)])
    }
    return words
  }

  /// The sequence of each packed node; of the nodes between trees any, or none.
  func owners(random: inout CaseRandom) -> [UInt32] {
    var owners = random.words(capacity, below: sequences + 1)
    for s in 0..<sequences {
      for node in 0..<counts[s] { owners[firstNodes[s] + node] = UInt32(s) }
    }
    return owners
  }

  /// The operands of a verifier, states and result included; breaks one batch in `rarity`.
  func operands(random: inout CaseRandom, rarity: Int = 10) -> [CaseOperand] {
    var broken = self
    for s in trees.indices { random.damage(&broken.trees[s], rarity: rarity) }
    let tokens = broken.pack(random: &random) { tree, _ in tree.tokens }
    let parents = broken.pack(random: &random) { tree, _ in tree.parents }
    let depths = broken.pack(random: &random) { tree, _ in tree.depths }
    if random.oneIn(rarity) {  // nodes beyond the arrays
      broken.firstNodes[random.below(sequences)] = random.element([capacity, capacity - 1, 0xffff_ffff])
    }
    var states: [UInt32] = []
    for (s, tree) in broken.trees.enumerated() {
      var state = random.state(length: random.below(300), nodes: tree.nodes)
      state[Int(STATE_FIRST_NODE)] = UInt32(broken.firstNodes[s])
      states += state
    }
    let resultWords = TreeBuffers.resultWords(maximumNodes: maximumNodes)
    return [
      .words("tokens", tokens), .words("parents", parents), .words("depths", depths),
      .words("state", states, [sequences, Int(STATE_WORDS)]),
      .output("result", .word, [sequences, resultWords]),
    ]
  }
}

extension CaseRandom {
  /// Trees of one sequence, or of a few, packed with gaps.
  mutating func forest(
    maximumNodes: Int, tree: (inout CaseRandom, _ index: Int) -> RandomTree
  ) -> RandomForest {
    let sequences = oneIn(2) ? 1 : integer(2...4)
    let trees = (0..<sequences).map { tree(&self, $0) }
    guard sequences > 1 else {
      return RandomForest(trees: trees, firstNodes: [0], counts: [maximumNodes], capacity: maximumNodes)
    }
    var (firstNodes, capacity): ([Int], Int) = ([], 0)
    for tree in trees {
      capacity += oneIn(2) ? 0 : below(4)
      firstNodes.append(capacity)
      capacity += tree.nodes
    }
    capacity = max(capacity + below(3), maximumNodes)
    return RandomForest(trees: trees, firstNodes: firstNodes, counts: trees.map(\.nodes), capacity: capacity)
  }
}

/// How a random tree grows.
enum TreeForm: CaseIterable {
  case chain, star
  /// Parents are any nodes, or the latest ones.
  case random, recent
  case ternary
  /// Chains that leave earlier ones anywhere, as paths merged by prefix do.
  case paths
}

extension CaseRandom {
  /// A tree with `tokens` drawn by `token` from node and parent.
  mutating func tree(
    _ form: TreeForm? = nil, maximumNodes: Int,
    token: (inout CaseRandom, _ node: Int, _ parent: Int) -> UInt32
  ) -> RandomTree {
    let form = form ?? element(TreeForm.allCases)
    var tree = RandomTree(
      maximumNodes: maximumNodes, nodes: oneIn(2) ? maximumNodes : integer(1...maximumNodes),
      parents: words(maximumNodes, below: maximumNodes + 2), depths: words(maximumNodes, below: 50),
      tokens: words(maximumNodes, below: 50))
    tree.parents[0] = NO_NODE
    tree.depths[0] = 0
    for node in stride(from: 1, to: tree.nodes, by: 1) {
      let parent =
        switch form {
        case .chain: node - 1
        case .star: 0
        case .random: below(node)
        case .recent: max(0, node - integer(1...4))
        case .ternary: (node - 1) / 3
        case .paths: oneIn(4) ? below(node) : node - 1
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
  + selectPathFamilies + verifyTraversalFamilies + lossyAcceptFamilies + clusterAcceptFamilies
  + verifyAcceptedFamilies + verifyLossyFamilies + commitRoundFamilies + advanceStateFamilies
  + treeLayoutFamilies + conditionKeysFamilies + growTreeFamilies + selectTreeFamilies + mergePathsFamilies
