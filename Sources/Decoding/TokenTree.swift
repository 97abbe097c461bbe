/// A tree of candidate tokens.
public struct TokenTree: Sendable, Hashable {
  /// Parents, depths and ranks of its nodes.
  public let shape: TreeShape
  /// One a node; the root's is the last committed token.
  public let tokens: [UInt32]

  /// - Parameters:
  ///   - parents: -1 for node 0, else the index of an earlier node.
  ///   - vocabulary: every token must be below it.
  public init(parents: [Int], tokens: [UInt32], vocabulary: Int) throws(TreeError) {
    guard parents.count == tokens.count else {
      throw .countsDiffer(parents: parents.count, other: tokens.count)
    }
    let shape = try TreeShape(parents: parents)
    for (node, token) in tokens.enumerated() where Int(token) >= vocabulary {
      throw .tokenOutsideVocabulary(node: node, token: token, vocabulary: vocabulary)
    }
    self.shape = shape
    self.tokens = tokens
  }

  /// Absolute position of each node when the root stands at `offset`; positions beyond `Int.max` stay there.
  public func positions(offset: Int) -> [Int] {
    shape.depths.map { depth in
      let (position, overflows) = offset.addingReportingOverflow(depth)
      return overflows ? .max : position
    }
  }
}
