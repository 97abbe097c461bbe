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

/// Rejection of drafted tokens: over the children of each node on the way down, or leaves first.
struct RejectionPart: VerifyPart {
  private let tree: TreeBuffers
  private let warp: Warp
  private let target: DistributionRows
  private let draft: DistributionRows  // not read with certain tokens
  private let rule: SiblingRule
  private let scratch: Tensor<UInt32>?  // [vocabulary]; nil: leaves first

  /// How children are rejected is the drafter's: drawn tokens with their rows, or certain tokens.
  init(
    backend: any Backend, tree: TreeBuffers, vocabulary: Int, warp: Warp, draft: any DraftPart,
    isTraversal: Bool
  ) throws(BackendError) {
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
    scratch = isTraversal ? nil : try backend.makeTensor(vocabulary, "residual row")
  }

  func record(_ commands: any CommandList, logits: Tensor<Float>) {
    commands.distribution(logits, warp: warp, out: target, rows: tree.maximumNodes)
    if let scratch {
      commands.verifySiblings(target: target, draft: draft, tree: tree, scratch: scratch, rule: rule)
    } else {
      commands.verifyTraversal(target: target, draft: draft, tree: tree, rule: rule)
    }
  }
}

/// Typical acceptance: the longest path whose tokens the target finds likely enough, then its own keyed draw. Lossy.
struct TypicalPart: VerifyPart {
  private let tree: TreeBuffers
  private let vocabulary: Int
  private let warp: Warp
  private let rows: DistributionRows
  private let picks: Tensor<UInt32>  // [nodes][2]
  private let statistics: Tensor<Float>  // [nodes][4]
  private let score: Tensor<Float>  // [nodes]
  private let status, accept: Tensor<UInt32>  // [nodes]

  init(backend: any Backend, tree: TreeBuffers, vocabulary: Int, warp: Warp) throws(BackendError) {
    let nodes = tree.maximumNodes
    (self.tree, self.vocabulary, self.warp) = (tree, vocabulary, warp)
    rows = try DistributionRows(backend: backend, rows: nodes, vocabulary: vocabulary, label: "target")
    picks = try backend.makeTensor(nodes * 2, "target picks")
    statistics = try backend.makeTensor(nodes * 4, "row statistics")
    score = try backend.makeTensor(nodes, "log-probabilities")
    status = try backend.makeTensor(nodes, "row status")
    accept = try backend.makeTensor(nodes, "accepted nodes")
  }

  func record(_ commands: any CommandList, logits: Tensor<Float>) {
    let nodes = tree.maximumNodes
    commands.distribution(logits, warp: warp, out: rows, rows: nodes)
    commands.drawTarget(rows, depths: tree.depths, state: tree.state, out: picks, count: nodes)
    commands.rowStatistics(
      logits, temperature: warp.temperature, out: statistics, status: status, rows: nodes,
      vocabulary: vocabulary)
    commands.verifyLossy(
      .typical(), logits: logits, temperature: warp.temperature, statistics: statistics, picks: picks,
      tree: tree, accept: accept, score: score, vocabulary: vocabulary)
  }
}
