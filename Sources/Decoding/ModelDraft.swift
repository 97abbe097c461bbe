import Kernels
import Models
import ShaderInterface

/// A draft model that fills the tree depth by depth, all nodes of a depth in one pass.
///
/// The leaves are passed too, without logits: their keys are then in the cache if a whole path is accepted.
struct ModelDraft: DraftPart {
  let session: ModelSession

  var sessions: [ModelSession] { [session] }
  var proposal: Proposal {
    drawing.map { .drawn($0.rows, replacement: $0.replacement) } ?? .certain
  }

  private let tree: TreeBuffers
  private let levels: [Level]
  private let ranked: Tensor<UInt32>  // [widest level][candidates]
  private let drawing: Drawing?  // nil: the best tokens

  private struct Drawing {
    let warp: Warp
    let replacement: Bool
    let keys: DraftKeys
    let rows: DistributionRows  // a row a parent node
    let level: DistributionRows  // rows of one level, before they go to their nodes
  }

  /// The nodes of one depth and how their children are chosen.
  private struct Level {
    let nodes: Range<Int>
    let depth: Int
    let firstChild: Int
    let candidates: Int
    let source: Tensor<UInt32>?  // a child's entry among the ranked tokens of the level; nil without children
    let parents: Range<Int>  // up to the last node that has children
    let mostChildren: Int  // of one node
  }

  /// - Parameter warp: nil for the best tokens whatever `candidates` says: at temperature 0 nothing is drawn.
  init(
    session: ModelSession, tree: TreeBuffers, shape: TreeShape, levels: [Range<Int>], candidates: Candidates,
    warp: Warp?, keys: DraftKeys
  ) throws(BackendError) {
    let backend = session.model.backend
    let vocabulary = session.model.configuration.vocabularySize
    self.session = session
    self.tree = tree
    let widest = levels.map(\.count).max() ?? 1
    ranked = try backend.makeTensor(widest * shape.candidates, "draft candidates")
    var described: [Level] = []
    for nodes in levels { described.append(try Self.level(nodes, shape, backend)) }
    self.levels = described
    guard case .sampled(let replacement) = candidates, let warp else {
      drawing = nil
      return
    }
    let parents = max(1, (shape.parents.max() ?? 0) + 1)
    drawing = Drawing(
      warp: warp, replacement: replacement, keys: keys,
      rows: try DistributionRows(backend: backend, rows: parents, vocabulary: vocabulary, label: "draft"),
      level: try DistributionRows(
        backend: backend, rows: widest, vocabulary: vocabulary, label: "draft level"))
  }

  func record(_ commands: any CommandList) {
    for level in levels {
      let hasChildren = level.source != nil
      session.forward(commands, ForwardRows(tree, level.nodes), wantLogits: hasChildren)
      guard hasChildren else { continue }
      if let drawing { draw(commands, level, drawing) } else { rank(commands, level) }
    }
  }

  private func rank(_ commands: any CommandList, _ level: Level) {
    guard let source = level.source else { return }
    commands.topTokens(
      session.logits, out: ranked, rows: level.nodes.count,
      vocabulary: session.model.configuration.vocabularySize,
      count: level.candidates)
    commands.gatherTokens(
      ranked, source: source, tokens: tree.tokens, first: level.firstChild, count: source.count)
  }

  private func draw(_ commands: any CommandList, _ level: Level, _ drawing: Drawing) {
    let (rows, scratch, parents) = (drawing.rows, drawing.level, level.parents)
    // Rows go to their nodes by copy: a kernel operand cannot start at any row. Childless rows at the end stay behind.
    let vocabulary = rows.vocabulary
    commands.distribution(session.logits, warp: drawing.warp, out: scratch, rows: parents.count)
    commands.copy(
      scratch.weights[0..<parents.count * vocabulary],
      to: rows.weights[parents.lowerBound * vocabulary..<parents.upperBound * vocabulary])
    commands.copy(
      scratch.totals[0..<parents.count * 2], to: rows.totals[parents.lowerBound * 2..<parents.upperBound * 2])
    commands.drawChildren(
      rows, tree: tree, parents: parents.count, children: level.mostChildren,
      replacement: drawing.replacement, firstParent: parents.lowerBound, childDepth: level.depth + 1,
      keys: drawing.keys)
  }

  private static func level(_ nodes: Range<Int>, _ shape: TreeShape, _ backend: any Backend)
    throws(BackendError) -> Level
  {
    let children = shape.parents.indices.filter { nodes.contains(shape.parents[$0]) }
    let candidates = (children.map { shape.ranks[$0] }.max() ?? 0) + 1
    var source: Tensor<UInt32>?
    if !children.isEmpty {
      source = try backend.makeTensor(
        children.map { UInt32((shape.parents[$0] - nodes.lowerBound) * candidates + shape.ranks[$0]) },
        "draft sources")
    }
    let counts = shape.childCounts
    let end = nodes.last { counts[$0] > 0 }.map { $0 + 1 } ?? nodes.lowerBound
    return Level(
      nodes: nodes, depth: shape.depths[nodes.lowerBound], firstChild: children.first ?? 0,
      candidates: candidates, source: source, parents: nodes.lowerBound..<end,
      mostChildren: nodes.map { counts[$0] }.max() ?? 0)
  }
}
