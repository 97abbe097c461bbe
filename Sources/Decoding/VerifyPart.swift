import Kernels
import ShaderInterface

/// Decides on the device which nodes stay: one part of the loop. Writes the tree's result.
protocol VerifyPart {
  /// - Parameter logits: the target's, f32 `[nodes][vocabulary]`.
  func record(_ commands: any CommandList, logits: Tensor<Float>)
}

/// Walks to the child that carries the target's token: its best one, or its keyed draw.
struct MatchPart: VerifyPart {
  private let tree: TreeBuffers
  private let vocabulary: Int
  private let picks: Tensor<UInt32>  // [nodes][2]
  private let sampling: (warp: Warp, rows: DistributionRows)?

  /// - Parameter warp: nil for greedy matching.
  init(backend: any Backend, tree: TreeBuffers, vocabulary: Int, warp: Warp?) throws(BackendError) {
    self.tree = tree
    self.vocabulary = vocabulary
    picks = try backend.makeTensor(tree.maximumNodes * 2, "target picks")
    if let warp {
      sampling = (
        warp,
        try DistributionRows(
          backend: backend, rows: tree.maximumNodes, vocabulary: vocabulary, label: "target")
      )
    } else {
      sampling = nil
    }
  }

  func record(_ commands: any CommandList, logits: Tensor<Float>) {
    let nodes = tree.maximumNodes
    if let (warp, rows) = sampling {
      commands.distribution(logits, warp: warp, out: rows, rows: nodes)
      commands.drawTarget(rows, depths: tree.depths, state: tree.state, out: picks, count: nodes)
    } else {
      commands.argmax(logits, out: picks, rows: nodes, vocabulary: vocabulary)
    }
    commands.verifyMatch(picks: picks, tree: tree)
  }
}

/// Rejection sampling over the children of each node on the way down.
struct SiblingPart: VerifyPart {
  private let tree: TreeBuffers
  private let warp: Warp
  private let target: DistributionRows
  private let draft: DistributionRows  // not read with certain tokens
  private let rule: SiblingRule
  private let scratch: Tensor<UInt32>  // [2][vocabulary]

  /// The rule is the drafter's: drawn tokens with their rows, or certain tokens.
  init(backend: any Backend, tree: TreeBuffers, vocabulary: Int, warp: Warp, draft: any DraftPart)
    throws(BackendError)
  {
    self.tree = tree
    self.warp = warp
    let target = try DistributionRows(
      backend: backend, rows: tree.maximumNodes, vocabulary: vocabulary, label: "target")
    switch draft.proposal {
    case .certain: (self.draft, rule) = (target, .oneHot)
    case .drawn(let rows, let replacement):
      (self.draft, rule) = (rows, replacement ? .withReplacement : .withoutReplacement)
    }
    self.target = target
    scratch = try backend.makeTensor(2 * vocabulary, "residual rows")
  }

  func record(_ commands: any CommandList, logits: Tensor<Float>) {
    commands.distribution(logits, warp: warp, out: target, rows: tree.maximumNodes)
    commands.verifySiblings(target: target, draft: draft, tree: tree, scratch: scratch, rule: rule)
  }
}
