/// Why a tree, or the text that describes one, was refused.
public enum TreeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A tree has at least its root.
  case empty
  /// More nodes than one attention call holds.
  case tooManyNodes(Int, limit: Int)
  /// Arrays that describe the same nodes differ in length.
  case countsDiffer(parents: Int, other: Int)
  /// A row of candidates whose tokens and scores differ in number.
  case scoresDiffer(row: Int, tokens: Int, scores: Int)
  /// Fewer of something than there can be, such as -3 draft tokens.
  case tooFew(String, Int, least: Int)
  /// The parent is no node of the tree (only node 0 has none).
  case missingParent(node: Int, parent: Int)
  /// The parent stands after its child.
  case laterParent(node: Int, parent: Int)
  /// Following parents from the node never reaches the root.
  case cycle(node: Int)
  /// Two children of one node carry the same candidate rank.
  case repeatedRank(node: Int, rank: Int)
  /// A child rank below 0 or above 255.
  case rankOutOfRange(node: Int, rank: Int)
  /// A path of child ranks whose beginning is not in the list.
  case missingPath([Int])
  /// A path of child ranks that stands twice in the list, or is empty.
  case repeatedPath([Int])
  /// A token id that the model does not know.
  case tokenOutsideVocabulary(node: Int, token: UInt32, vocabulary: Int)
  /// A drafter fills trees a depth at a time, so nodes must stand in breadth-first order.
  case notBreadthFirst(node: Int)
  /// The text is no tree specification.
  case malformedSpecification(String, reason: String)

  /// A sentence with the numbers.
  public var description: String {
    switch self {
    case .empty: "a tree without nodes; even plain decoding has its root"
    case .tooManyNodes(let count, let limit): "a tree of \(count) nodes; \(limit) are possible"
    case .countsDiffer(let parents, let other): "\(parents) parents, but \(other) entries for them"
    case .scoresDiffer(let row, let tokens, let scores):
      "candidate row \(row) has \(tokens) tokens, but \(scores) scores; give each token one"
    case .tooFew(let what, let count, let least): "\(count) \(what); \(least) or more are possible"
    case .missingParent(let node, let parent): "node \(node) has parent \(parent), which is no node"
    case .laterParent(let node, let parent): "node \(node) has parent \(parent), which stands after it"
    case .cycle(let node): "node \(node) is its own ancestor"
    case .repeatedRank(let node, let rank): "node \(node) repeats its sibling's rank \(rank)"
    case .rankOutOfRange(let node, let rank): "node \(node) has rank \(rank); 0 to 255 are possible"
    case .missingPath(let path): "the path \(path) is missing, but a longer one begins with it"
    case .repeatedPath(let path): path.isEmpty ? "an empty path" : "the path \(path) stands twice"
    case .tokenOutsideVocabulary(let node, let token, let vocabulary):
      "node \(node) carries token \(token) of a vocabulary of \(vocabulary)"
    case .notBreadthFirst(let node): "node \(node) is out of breadth-first order"
    case .malformedSpecification(let text, let reason):
      "\"\(text)\" is no tree (\(reason)); write root, chain:5, 4x2x1 or [[0],[1],[0,0]]"
    }
  }
}
