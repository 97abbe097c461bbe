import ShaderInterface

/// How a GPU's groups share the rows of a vocabulary kernel: shaders follow one another, and what one finds of a chunk of a
/// row waits for the next in a workspace. Integers alone wait there, so the chunks change no bit.
struct RowChunks {
  private struct Stage {
    let stem: String
    /// The call's operands by the shader's bindings; nil is the workspace.
    let operands: [Int?]
    /// Whether a group has a whole row, else one chunk.
    var isWhole = false
  }

  private static let stages: [Kernel: [Stage]] = [
    .argmax: [
      Stage(stem: "argmaxChunks", operands: [0, nil]),
      Stage(stem: "argmaxMerge", operands: [1, nil], isWhole: true),
    ],
    .distribution: [
      Stage(stem: "distributionMaxima", operands: [0, nil]),
      Stage(stem: "distributionSums", operands: [0, nil, 2]),
      Stage(stem: "distributionWeights", operands: [0, nil, 2, 1]),
    ],
    .drawTarget: [
      Stage(stem: "drawTargetSums", operands: [0, nil]),
      Stage(stem: "drawTargetPick", operands: [0, 1, 2, 3, 4, 5, nil], isWhole: true),
    ],
    .combineDistributions: [
      Stage(stem: "combineDistributionsSums", operands: [0, 1, 2, 3, nil]),
      Stage(stem: "combineDistributionsWeights", operands: [0, 1, 2, 3, nil, 4, 5, 6]),
    ],
  ]

  /// A group's lanes; each takes one chunk of those that a row has.
  private static let lanes = 256
  /// `CHUNK_WORDS` of rowChunk.glsl.
  private static let wordsPerChunk = 4

  /// Tokens of a chunk at least, a multiple of 4.
  let leastTokens: Int

  /// The layouts of a call one after another; nil if its rows are better not shared.
  func layouts(of call: Invocation) -> [Tuning.Layout]? {
    let rows = call.groups.x
    guard let stages = Self.stages[call.kernel], call.specialization[0] == 0, (1...65_535).contains(rows),
      let vocabulary = vocabulary(of: call), vocabulary > leastTokens
    else { return nil }
    let share = (vocabulary + Self.lanes - 1) / Self.lanes
    let tokens = max(leastTokens, (share + 3) / 4 * 4)
    let chunks = (vocabulary + tokens - 1) / tokens
    return stages.map { stage in
      var layout = Tuning.Layout(
        stem: stage.stem, specialization: [UInt32(tokens)],
        groups: stage.isWhole ? (rows, 1) : (chunks, rows))
      layout.operands = stage.operands
      layout.workspaceWords = rows * chunks * Self.wordsPerChunk
      return layout
    }
  }

  /// Nil for a distribution with selections: those look at a row many times.
  private func vocabulary(of call: Invocation) -> Int? {
    switch call.kernel {
    case .argmax: return Int((call.parameters() as ShaderInterface.Argmax).vocabulary)
    case .drawTarget: return Int((call.parameters() as ShaderInterface.DrawTarget).vocabulary)
    case .combineDistributions:
      return Int((call.parameters() as ShaderInterface.CombineDistributions).vocabulary)
    case .distribution:
      let p: ShaderInterface.Distribution = call.parameters()
      let isPlain = (p.topK == 0 || p.topK >= p.vocabulary) && p.topP == 0 && p.typicalP == 0
      return isPlain ? Int(p.vocabulary) : nil
    default: return nil
    }
  }
}
