import ShaderInterface

/// A tree without tokens: what a drafter fills.
///
/// Node 0 is the root, the last committed token; it costs nothing extra, because its row must be computed anyway.
/// A chain is a tree of width one, plain decoding a tree of one node.
public struct TreeShape: Sendable, Hashable {
  /// Parent of each node, before its child; -1 for the root.
  public let parents: [Int]
  /// Steps from the root.
  public let depths: [Int]
  /// Which of its parent's candidates a node carries, the best first; 0 for the root.
  public let ranks: [Int]

  /// Nodes, the root included.
  public var count: Int { parents.count }
  /// Of the deepest node; the root's is 0.
  public var maximumDepth: Int { depths.max() ?? 0 }
  /// No node has two children.
  public var isChain: Bool { childCounts.allSatisfy { $0 <= 1 } }
  /// Most children of one node.
  public var maximumChildren: Int { childCounts.max() ?? 0 }
  /// Candidates a drafter must offer at a node: the greatest rank plus 1.
  public var candidates: Int { (ranks.max() ?? 0) + 1 }

  /// The root alone.
  public static let root = TreeShape(unchecked: [-1], ranks: [0], depths: [0])

  /// - Parameters:
  ///   - parents: -1 for node 0, else the index of an earlier node.
  ///   - ranks: a child's rank among its parent's candidates; nil counts the children of a node in order.
  public init(parents: [Int], ranks: [Int]? = nil) throws(TreeError) {
    guard !parents.isEmpty else { throw .empty }
    guard parents.count <= Self.maximumNodes else {
      throw .tooManyNodes(parents.count, limit: Self.maximumNodes)
    }
    if let ranks, ranks.count != parents.count {
      throw .countsDiffer(parents: parents.count, other: ranks.count)
    }
    guard parents[0] == -1 else { throw .missingParent(node: 0, parent: parents[0]) }
    for (node, parent) in parents.enumerated().dropFirst() {
      guard parents.indices.contains(parent) else { throw .missingParent(node: node, parent: parent) }
      guard parent < node else {
        throw Self.isOnCycle(node, parents) ? .cycle(node: node) : .laterParent(node: node, parent: parent)
      }
    }
    var depths = [0]
    var children = [Int](repeating: 0, count: parents.count)
    var counted = [0]
    for parent in parents.dropFirst() {
      depths.append(depths[parent] + 1)
      counted.append(children[parent])
      children[parent] += 1
    }
    if let ranks { try Self.check(ranks: ranks, parents: parents) }
    self.init(unchecked: parents, ranks: ranks ?? counted, depths: depths)
  }

  /// Parents and ranks that a builder has made right.
  init(unchecked parents: [Int], ranks: [Int], depths: [Int]) {
    self.parents = parents
    self.ranks = ranks
    self.depths = depths
  }

  /// Nodes that one attention call holds.
  public static let maximumNodes = Int(MAXIMUM_NODES)

  private static func isOnCycle(_ node: Int, _ parents: [Int]) -> Bool {
    var ancestor = node
    for _ in parents {
      guard parents.indices.contains(ancestor), parents[ancestor] >= 0 else { return false }
      ancestor = parents[ancestor]
      if ancestor == node { return true }
    }
    return false
  }

  private static func check(ranks: [Int], parents: [Int]) throws(TreeError) {
    var seen = Set<[Int]>()
    for node in parents.indices.dropFirst() {
      guard (0..<256).contains(ranks[node]) else { throw .rankOutOfRange(node: node, rank: ranks[node]) }
      guard seen.insert([parents[node], ranks[node]]).inserted else {
        throw .repeatedRank(node: node, rank: ranks[node])
      }
    }
  }
}

extension TreeShape {
  /// Children of each node.
  public var childCounts: [Int] {
    var counts = [Int](repeating: 0, count: count)
    for parent in parents.dropFirst() { counts[parent] += 1 }
    return counts
  }

  /// The node's own ancestors and itself, as bits: bit j of row i says that node i sees node j.
  ///
  /// u32 `[count][(count + 31) / 32]`, bit j % 32 of word j / 32.
  public var maskRows: [UInt32] {
    let words = (count + 31) / 32
    var mask = [UInt32](repeating: 0, count: count * words)
    for node in 0..<count {
      if node > 0 {
        for w in 0..<words { mask[node * words + w] = mask[parents[node] * words + w] }
      }
      mask[node * words + node / 32] |= 1 << UInt32(node % 32)
    }
    return mask
  }

  /// For every node but the root, which entry of ranked candidates `[depths][candidates]` it takes: the source table of
  /// `gatherTokens` for trees whose nodes of one depth share their candidates, as those of blockwise heads do.
  public var headSources: [UInt32] {
    (1..<max(1, count)).map { UInt32((depths[$0] - 1) * candidates + ranks[$0]) }
  }

  /// First child of each node and next sibling of each node, -1 where there is none.
  public var links: (firstChild: [Int], nextSibling: [Int]) {
    var first = [Int](repeating: -1, count: count)
    var next = first
    for node in (1..<max(1, count)).reversed() {
      next[node] = first[parents[node]]
      first[parents[node]] = node
    }
    return (first, next)
  }

  /// Nodes of each depth, root first.
  ///
  /// - Throws: ``TreeError/notBreadthFirst(node:)`` unless depths ascend and siblings are neighbours.
  public func levels() throws(TreeError) -> [Range<Int>] {
    var levels = [0..<1]
    for node in 1..<max(1, count) {
      guard node == 1 || parents[node] >= parents[node - 1] else { throw .notBreadthFirst(node: node) }
      if depths[node] == levels.count { levels.append(node..<node) }
      levels[depths[node]] = levels[depths[node]].lowerBound..<node + 1
    }
    return levels
  }
}
