import Kernels

/// How the tokens of a tree are chosen by a draft model.
public enum Candidates: Sendable, Hashable {
  /// The draft's best tokens at each node, no chance involved.
  case best
  /// Drawn from the draft's own distribution; without replacement siblings differ. At temperature 0 this is ``best``.
  case sampled(replacement: Bool)
}

/// Where draft tokens come from.
public enum Drafter: Sendable, Hashable {
  /// No draft: plain decoding, a tree of one node.
  case none
  /// A smaller model fills the tree depth by depth (Leviathan et al. 2023, Chen et al. 2023; trees: SpecInfer,
  /// Sequoia).
  case model(TreeShape, Candidates = .best)
  /// The target's own blockwise heads: the best tokens of head d at every node of depth d + 1 (Stern et al. 2018,
  /// Medusa).
  case heads(TreeShape)
  /// What followed the earliest repeat of the last `maximum` to `minimum` tokens, at most `count` tokens (prompt
  /// lookup).
  case promptLookup(minimum: Int = 2, maximum: Int = 4, count: Int = 8)

  /// The tree that a round scores.
  func shape() throws(TreeError) -> TreeShape {
    switch self {
    case .none: .root
    case .model(let shape, _), .heads(let shape): shape
    case .promptLookup(_, _, let count): try .chain(count)
    }
  }
}

/// How the target decides which draft tokens stay.
///
/// At temperature 0 every rule is greedy matching: the target's distribution is then certain of its best token, so a
/// pick is that token, acceptance has probability 1 for it and 0 for every other, and no random number can change the
/// outcome.
public enum VerificationRule: String, Sendable, CaseIterable {
  /// A child stays if it carries the target's best token. Temperature 0 only.
  case greedy
  /// A child stays if it carries the token that the target itself draws there with a key of seed and position: the
  /// output is the very text that plain decoding with this seed gives, for any tree built without looking at the picks.
  case pick
  /// Rejection of one child a node, on a chain (Leviathan et al. 2023, Chen et al. 2023). Keeps the target's law, not
  /// its draws.
  case token
  /// Rejection over the children of a node in order (SpecInfer, recursive rejection sampling). Keeps the target's law.
  case siblings
  /// Leaves first, whole paths by what they have in common with the target; on a chain this is block verification.
  /// Accepts more than ``siblings`` of the same drafts and keeps the target's law.
  case traversal
  /// Lossy: a child stays if its probability is above min(0.09, 0.3 e^-entropy) at its node (Medusa); the longest such
  /// path, then the target's own draw. The text does not follow the target's law.
  case typical
}

/// What a decoder does in every round.
///
/// How siblings were drawn decides how they are rejected, so that is no option: it follows from the drafter.
public struct DecodingOptions: Sendable {
  /// Where draft tokens come from.
  public var drafter: Drafter
  /// Which of them stay.
  public var rule: VerificationRule
  /// Temperature, top-k and top-p of target and draft; nil is temperature 0.
  public var warp: Warp?
  /// Most tokens of prompt and text together; nil is what the models were trained for.
  public var context: Int?

  /// Plain greedy decoding unless said otherwise.
  public init(
    drafter: Drafter = .none, rule: VerificationRule = .greedy, warp: Warp? = nil, context: Int? = nil
  ) {
    self.drafter = drafter
    self.rule = rule
    self.warp = warp
    self.context = context
  }

  /// The same without a draft.
  func plain(_ context: Int) -> DecodingOptions {
    DecodingOptions(drafter: .none, rule: rule, warp: warp, context: context)
  }

  /// Whether the text must equal plain decoding's token for token; under rejection only its law does.
  public var repeatsPlainText: Bool { warp == nil || rule == .greedy || rule == .pick }

  /// Whether tokens follow the target's law; a lossy rule changes it and is asked for by name.
  public var keepsTheLaw: Bool { warp == nil || rule != .typical }

  /// Refuses what would change the target's law unasked, or cannot run.
  func check() throws(DecodingError) {
    let shape: TreeShape
    do { shape = try drafter.shape() } catch { throw .tree(error) }
    if warp != nil, rule == .greedy {
      throw .incompatible(
        "greedy matching at a temperature above 0 is not sampling: use pick, token, siblings or traversal")
    }
    if rule == .token, !shape.isChain {
      throw .incompatible(
        "token rejection knows one child a node, and \(shape) has \(shape.maximumChildren): use siblings, or a chain"
      )
    }
    if case .promptLookup(let minimum, let maximum, let count) = drafter {
      guard minimum >= 1, minimum <= maximum, count >= 1 else {
        throw .incompatible("prompt lookup of \(minimum) to \(maximum) tokens, proposing \(count)")
      }
    }
  }
}

/// What one generation may do.
public struct GenerationOptions: Sendable {
  /// New tokens at most.
  public var maxTokens: Int
  /// Key of every random number.
  public var seed: UInt64
  /// The text ends with the first of these.
  public var stopTokens: Set<UInt32>
  /// Keep the bits of the logits row behind every token.
  public var recordsLogits: Bool

  /// 128 tokens of seed 0, ended by the byte tokenizer's separator, unless said otherwise.
  public init(
    maxTokens: Int = 128, seed: UInt64 = 0, stopTokens: Set<UInt32> = [0], recordsLogits: Bool = false
  ) {
    self.maxTokens = maxTokens
    self.seed = seed
    self.stopTokens = stopTokens
    self.recordsLogits = recordsLogits
  }
}
