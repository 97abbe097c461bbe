import Kernels
import Models
import ShaderInterface

/// Writes the candidate tokens of a round's tree on the device: one part of the loop.
protocol DraftPart {
  /// Whose caches must follow the accepted path, besides the target's.
  var sessions: [ModelSession] { get }
  /// How the tokens come about, which decides how they may be rejected.
  var proposal: Proposal { get }
  func record(_ commands: any CommandList)
}

/// What rejection must know of a draft. A drawn token is final: nothing re-ranks or drops it before verification, since that
/// would bias the output; whoever prunes has to propose certain tokens.
enum Proposal {
  /// Each token was given with certainty: best tokens, repeats.
  case certain
  /// Drawn from these rows, one a parent node.
  case drawn(DistributionRows, replacement: Bool)
}

extension DraftPart {
  var sessions: [ModelSession] { [] }
  var proposal: Proposal { .certain }
}

/// Plain decoding: the root alone.
struct NoDraft: DraftPart {
  func record(_ commands: any CommandList) {}
}

/// A chain of what followed an earlier repeat of the text's end.
struct PromptLookupDraft: DraftPart {
  let tree: TreeBuffers
  let history: Tensor<UInt32>
  let minimum, maximum, count: Int

  func record(_ commands: any CommandList) {
    commands.promptLookup(history: history, tree: tree, minimum: minimum, maximum: maximum, count: count)
  }
}

/// The target's blockwise heads over the hidden row behind the root's token.
struct HeadsDraft: DraftPart {
  private let target: ModelSession
  private let tree: TreeBuffers
  private let candidates: Int
  private let ranked: Tensor<UInt32>  // [heads][candidates]
  private let source: Tensor<UInt32>  // [nodes - 1], head (depth - 1), then rank

  init(target: ModelSession, tree: TreeBuffers, shape: TreeShape) throws(BackendError) {
    let backend = target.model.backend
    self.target = target
    self.tree = tree
    let candidates = shape.candidates
    self.candidates = candidates
    ranked = try backend.makeTensor(target.model.draftHeadCount * candidates, "head candidates")
    source = try backend.makeTensor(shape.headSources, "head sources")
  }

  func record(_ commands: any CommandList) {
    guard let logits = target.headLogits else { return }
    target.headLogits(commands, state: tree.state)
    commands.topTokens(
      logits, out: ranked, rows: target.model.draftHeadCount,
      vocabulary: target.model.configuration.vocabularySize,
      count: candidates)
    commands.gatherTokens(ranked, source: source, tokens: tree.tokens, first: 1, count: source.count)
  }
}
