import ShaderInterface

/// How a GPU's groups share the rows that a rejection rule looks at: rejectionTree.glsl.
///
/// Of a small batch all nodes' children are tried at once, of a large one each sequence keeps a group of its own busy.
struct RejectionStages {
  /// Tokens of a chunk at least, a multiple of 4.
  let leastTokens: Int
  /// Chunks of a row at most; more where they would be longer than lanes can hold.
  let mostChunks: Int
  /// Nodes of all sequences at most: a group that walks alone looks at the rows along one path, the waves at all of them.
  let mostNodes: Int
  /// Waves at most; the walk itself tries the children of nodes that need more.
  let mostWaves: Int
  /// Groups of a wave that share a sequence's children, at most: few, since most waves have few children.
  let mostGroups: Int

  /// With all the lanes of a group a chunk has 1,024 tokens, and a row of the largest vocabulary 256 chunks.
  static let graphics = RejectionStages(
    leastTokens: 1024, mostChunks: Int(VOCABULARY_LANES), mostNodes: 512, mostWaves: 8, mostGroups: 16)
  /// For a CPU's driver, which tries them for their bits alone: all of it in small.
  static let small = RejectionStages(
    leastTokens: 12, mostChunks: 6, mostNodes: 512, mostWaves: 5, mostGroups: 3)

  /// The shaders of a call one after another, nil if one group a sequence does better.
  /// - Parameter walk: what that one would run.
  func layouts(of call: Invocation, walk: Tuning.Layout) -> [Tuning.Layout]? {
    guard let tree = Tree(call), tree.vocabulary > leastTokens,
      tree.maximumNodes > 1, tree.sequences * tree.maximumNodes <= mostNodes
    else { return nil }
    let tokens = chunkTokens(of: tree.vocabulary)
    let chunks = (tree.vocabulary + tokens - 1) / tokens
    let waves = tree.needsOneWave ? 1 : min(mostWaves, Int(REJECTION_WAVES), tree.maximumNodes - 1)

    func layout(
      _ stem: String, _ specialization: [U32], _ size: (x: Int, y: Int), wave: Int = 0, groups: Int = 1
    ) -> Tuning.Layout {
      Tuning.Layout(
        stem: stem, specialization: specialization, groups: size,
        operands: call.operands.indices.map { $0 } + [nil],
        workspaceWords: tree.workspaceWords(chunks: chunks),
        parameters: call.constants
          + bytes(
            of: ShaderInterface.RejectionStage(
              chunkTokens: U32(tokens), waves: U32(waves), wave: U32(wave), groups: U32(groups))))
    }
    func stage(_ name: String, _ size: (x: Int, y: Int), wave: Int = 0, groups: Int = 1) -> Tuning.Layout {
      layout(call.kernel.rawValue + name, [VOCABULARY_LANES, tree.mode], size, wave: wave, groups: groups)
    }
    func wave(_ index: Int) -> Tuning.Layout {
      let groups = min(tree.mostChildren(in: index), mostGroups)
      var layout = stage("Wave", (chunks, groups * tree.sequences), wave: index, groups: groups)
      // Of a sequence alone the plan counts the groups: most waves have few, or none.
      if tree.sequences == 1 { layout.groupWords = index * Int(REJECTION_GROUP_WORDS) }
      return layout
    }
    return [stage("Plan", (tree.sequences, 1), groups: mostGroups)]
      + (0..<waves).map(wave)
      + [layout(walk.stem + "Walk", walk.specialization, walk.groups)]
      + [stage("Leaf", (chunks, tree.sequences)), stage("Pick", (tree.sequences, 1))]
  }

  private func chunkTokens(of vocabulary: Int) -> Int {
    let lanes = Int(VOCABULARY_LANES)  // one holds four tokens of a chunk, and one chunk's sum
    let wanted = max(leastTokens, vocabulary / mostChunks)
    return (max(min(wanted, 4 * lanes), (vocabulary + lanes - 1) / lanes) + 3) / 4 * 4
  }

  /// What the parameters of both rules say.
  private struct Tree {
    let maximumNodes, vocabulary, sequences: Int
    let mode: U32
    /// Words of a sum.
    let wideWords: Int
    /// Whether one wave removes all children of a node.
    let needsOneWave: Bool
    /// Whether nodes wait for what becomes of others.
    let nodesWait: Bool

    init?(_ call: Invocation) {
      switch call.kernel {
      case .verifySiblings:
        let p: ShaderInterface.VerifySiblings = call.parameters()
        if p.mode == SIBLINGS_K_SEQ { return nil }  // searches for its cap in many passes over the row
        (maximumNodes, vocabulary, sequences) = (Int(p.maximumNodes), Int(p.vocabulary), Int(p.sequences))
        (mode, wideWords) = (p.mode, 2)
        (needsOneWave, nodesWait) = (p.mode == SIBLINGS_ONE_HOT, false)
      case .verifyTraversal:
        let p: ShaderInterface.VerifyTraversal = call.parameters()
        (maximumNodes, vocabulary, sequences) = (Int(p.maximumNodes), Int(p.vocabulary), Int(p.sequences))
        (mode, wideWords) = (p.mode, 3)
        (needsOneWave, nodesWait) = (false, true)
      default: return nil
      }
    }

    /// That a wave tries; a child of sibling rejection that it tries has as many siblings before it.
    func mostChildren(in wave: Int) -> Int {
      (maximumNodes - 1) / (nodesWait ? 1 : wave + 1)
    }

    func workspaceWords(chunks: Int) -> Int {
      let node = 1 + Int(REJECTION_NODE_WORDS) + chunks * wideWords
      let block = Int(REJECTION_PICK_WORDS + REJECTION_WAVES) + maximumNodes * node
      return Int(REJECTION_WAVES * REJECTION_GROUP_WORDS) + sequences * block
    }
  }
}
