import ShaderInterface

/// How the children of a node were drawn, which decides the rule that keeps the target's law.
public enum SiblingRule: UInt32, Sendable, CaseIterable {
  /// Independent draws from the draft row (SpecInfer; Leviathan et al. for one child).
  case withReplacement = 0
  /// Each token at most once (recursive rejection sampling; Sequoia).
  case withoutReplacement = 1
  /// Deterministic candidates: the draft gave its token with certainty.
  case oneHot = 2
}

extension CommandList {
  /// Recursive rejection over the children of each node, from the root down; the output law is the target's, exactly.
  ///
  /// - Parameters:
  ///   - target: a row a node.  - draft: a row a parent node (any rows when `rule` is one-hot).
  ///   - scratch: u32 `[2][vocabulary]`.
  public func verifySiblings(
    target: DistributionRows, draft: DistributionRows, tree: TreeBuffers, scratch: Tensor<UInt32>,
    rule: SiblingRule
  ) {
    call(.verifySiblings) { kernel throws(Refusal) in
      try tree.check(\.tokens, \.parents, \.depths)
      try target.check(rows: tree.maximumNodes, "target")
      if rule != .oneHot {
        try draft.check(rows: 1, "draft")
        try require(
          draft.vocabulary == target.vocabulary,
          "draft vocabulary \(draft.vocabulary), target \(target.vocabulary)")
      }
      try require(scratch, 2 * target.vocabulary, "scratch")
      let p = ShaderInterface.VerifySiblings(
        maximumNodes: UInt32(tree.maximumNodes), vocabulary: UInt32(target.vocabulary), mode: rule.rawValue)
      return Invocation(
        kernel, p,
        [
          .read(target.weights), .read(target.totals), .read(draft.weights), .read(draft.totals),
          .read(tree.tokens),
          .read(tree.parents), .read(tree.depths), .read(tree.state), .readWrite(scratch),
          .write(tree.result),
        ],
        groups: (1, 1), specialization: [walkLanes(target.vocabulary)])
    }
  }
}
