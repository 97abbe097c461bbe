import ShaderInterface

/// How a GPU's groups share the rows of a vocabulary kernel: shaders follow one another, and what one finds of a chunk of a
/// row waits for the next in a workspace. Integers alone wait there, so the chunks change no bit.
struct RowChunks {
  /// Tokens of a chunk at least.
  let leastTokens: Int

  /// - Parameter leastTokens: a multiple of 4, at most 8,192: a lane has a bit for each of its tokens.
  init(leastTokens: Int) {
    precondition(
      leastTokens % 4 == 0 && leastTokens <= 32 * Int(VOCABULARY_LANES), "chunks of \(leastTokens)")
    self.leastTokens = leastTokens
  }

  /// The layouts of a call one after another; nil if its rows are better not shared.
  func layouts(of call: Invocation) -> [Tuning.Layout]? {
    guard let plan = Self.plans[call.kernel], call.specialization[0] == 0,
      case let vocabulary = plan.vocabulary(call), vocabulary > leastTokens
    else { return nil }
    let rows = call.groups.x
    let most = Int(VOCABULARY_LANES)  // a lane takes one chunk of those that a row has
    let tokens = max(leastTokens, ((vocabulary + most - 1) / most + 3) / 4 * 4)
    let chunks = (vocabulary + tokens - 1) / tokens
    let words = rows * (chunks * plan.words(call) + plan.rowWords(call))
    if words > Self.largestWorkspace { return nil }
    return plan.stages.filter { $0.isNeeded(call) }.map { stage in
      Tuning.Layout(
        stem: stage.stem, specialization: [UInt32(tokens)],
        groups: stage.isWhole ? (rows, 1) : (chunks, rows), operands: stage.operands,
        workspaceWords: words)
    }
  }

  private struct Plan {
    let stages: [Stage]
    let vocabulary: @Sendable (Invocation) -> Int
    /// Of the workspace, for a chunk of a row.
    var words: @Sendable (Invocation) -> Int = { _ in Int(ROW_CHUNK_WORDS) }
    /// Of the workspace, for a row besides.
    var rowWords: @Sendable (Invocation) -> Int = { _ in 0 }
  }

  /// Words; calls of so many rows keep a GPU busy with whole ones.
  private static let largestWorkspace = 1 << 24

  private struct Stage {
    let stem: String
    /// The call's operands by the shader's bindings; nil is the workspace.
    let operands: [Int?]
    /// Whether a group has a whole row, else one chunk.
    var isWhole = false
    var isNeeded: @Sendable (Invocation) -> Bool = { _ in true }
  }

  private static let plans: [Kernel: Plan] = [
    .argmax: Plan(
      stages: [
        Stage(stem: "argmaxChunks", operands: [0, nil]),
        Stage(stem: "argmaxMerge", operands: [1, nil], isWhole: true),
      ],
      vocabulary: { Int(($0.parameters() as ShaderInterface.Argmax).vocabulary) }),
    .topTokens: Plan(
      stages: [
        Stage(stem: "topTokensChunks", operands: [0, nil]),
        Stage(stem: "topTokensMerge", operands: [1, nil, 2], isWhole: true),
      ],
      vocabulary: { Int(($0.parameters() as ShaderInterface.TopTokens).vocabulary) },
      words: { 2 * Int(($0.parameters() as ShaderInterface.TopTokens).count) }),
    .distribution: Plan(
      stages: [
        Stage(stem: "distributionMaxima", operands: [0, nil, 3, 2]),
        Stage(stem: "distributionSums", operands: [0, nil, 3]) { firstSelections($0) != [.number] },
        Stage(stem: "distributionInformation", operands: [0, nil, 3]) {
          firstSelections($0).contains(.typicality)
        },
        Stage(stem: "distributionHistograms", operands: [0, nil, 3]) { firstSelections($0) != [.none] },
        Stage(stem: "distributionCollect", operands: [0, nil, 3, 1]) { firstSelections($0) != [.none] },
        Stage(stem: "distributionCuts", operands: [0, nil, 3, 1], isWhole: true) {
          firstSelections($0) != [.none]
        },
        Stage(stem: "distributionWeights", operands: [0, nil, 3, 2, 1]),
      ],
      vocabulary: { Int(($0.parameters() as ShaderInterface.Distribution).vocabulary) },
      rowWords: { firstSelections($0) == [.none] ? 0 : Int(ROW_SELECTION_WORDS) }),
    .drawTarget: Plan(
      stages: [
        Stage(stem: "drawTargetSums", operands: [0, nil]),
        Stage(stem: "drawTargetPick", operands: [0, 1, 2, 3, 4, 5, nil], isWhole: true),
      ],
      vocabulary: { Int(($0.parameters() as ShaderInterface.DrawTarget).vocabulary) }),
    .combineDistributions: Plan(
      stages: [
        Stage(stem: "combineDistributionsSums", operands: [0, 1, 2, 3, nil]),
        Stage(stem: "combineDistributionsWeights", operands: [0, 1, 2, 3, nil, 4, 5, 6]),
      ],
      vocabulary: { Int(($0.parameters() as ShaderInterface.CombineDistributions).vocabulary) }),
  ]

  private enum Selection: CaseIterable { case number, share, typicality, none }

  /// What the rows may select by first, as warpChunk.glsl has it.
  private static func firstSelections(_ call: Invocation) -> Set<Selection> {
    let p: ShaderInterface.Distribution = call.parameters()
    if p.rowWarps != 0 { return Set(Selection.allCases) }
    if p.topK > 0 && p.topK < p.vocabulary { return [.number] }
    if p.topP > 0 { return [.share] }
    return p.typicalP > 0 ? [.typicality] : [.none]
  }
}
