import Kernels
import ShaderInterface

extension KernelCase {
  /// The walk along the target's own picks.
  public static func verifyMatch(maximumNodes: Int, random: inout CaseRandom) -> KernelCase {
    var tree = random.tree(maximumNodes: maximumNodes) { random, _, _ in UInt32(random.below(6)) }
    var picks = random.words(2 * maximumNodes, below: 6)
    for (node, children) in tree.children.enumerated() {
      // Most picks are a child's token, so that walks go deep.
      if !children.isEmpty && !random.oneIn(6) { picks[2 * node] = tree.tokens[random.element(children)] }
      picks[2 * node + 1] = random.oneIn(30) ? 1 << UInt32(random.below(4)) : 0
    }
    random.damage(&tree)
    let state = random.state(length: random.below(300), nodes: tree.nodes)
    let operands = tree.operands(state: state).filter { $0.name != "depths" }
    return KernelCase(
      "nodes \(tree.nodes) of \(maximumNodes)", [.words("picks", picks, [maximumNodes, 2])] + operands
    ) { list, o in
      list.verifyMatch(picks: o.words("picks"), tree: o.tree(maximumNodes: maximumNodes))
    }
  }
}

let verifyMatchFamilies = [
  CaseFamily(.verifyMatch) { random in
    .verifyMatch(maximumNodes: random.length(random.oneIn(10) ? 1024 : 70), random: &random)
  }
]
