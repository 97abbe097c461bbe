import Kernels

/// What decoding can refuse or run into.
public enum DecodingError: Error, Sendable, CustomStringConvertible {
  /// The draft tree is malformed or cannot be filled.
  case tree(TreeError)
  /// Device or memory.
  case backend(BackendError)
  /// The options contradict each other; the text says why and what to use.
  case incompatible(String)
  /// A model drafter without a draft model.
  case draftModelMissing
  /// The tree is deeper than the target has blockwise heads.
  case tooFewHeads(needed: Int, available: Int)
  /// Target and draft live on different backends.
  case backendsDiffer(target: String, draft: String)
  /// Target and draft do not share a vocabulary.
  case vocabulariesDiffer(target: Int, draft: Int)
  /// More candidates asked for than there are tokens, or than one kernel call ranks.
  case tooManyCandidates(Int, limit: Int)
  /// A context of no token, or longer than the models were trained for.
  case contextOutOfRange(Int, maximum: Int)
  /// There is no token to start from.
  case emptyPrompt
  /// The prompt leaves no room for a new token.
  case promptTooLong(tokens: Int, context: Int)
  /// A prompt token that the model does not know.
  case tokenOutsideVocabulary(position: Int, token: UInt32, vocabulary: Int)
  /// The model's logits at this position are NaN, infinite or all -infinity.
  case notFinite(position: Int)
  /// The device reported `STATUS_` bits that a sound round never has.
  case failedRound(position: Int, status: KernelStatus)

  /// A sentence with the numbers.
  public var description: String {
    switch self {
    case .tree(let error): error.description
    case .backend(let error): error.description
    case .incompatible(let reason): reason
    case .draftModelMissing: "a model drafter needs a draft model"
    case .tooFewHeads(let needed, let available):
      "the tree is \(needed) deep, but the model has \(available) draft heads"
    case .backendsDiffer(let target, let draft): "the target is on \(target), the draft on \(draft)"
    case .vocabulariesDiffer(let target, let draft):
      "the target's vocabulary has \(target) tokens, the draft's \(draft)"
    case .tooManyCandidates(let count, let limit): "\(count) candidates a node; \(limit) are possible"
    case .contextOutOfRange(let context, let maximum):
      "a context of \(context) tokens; the models allow 1 to \(maximum)"
    case .emptyPrompt: "the prompt holds no token; begin with the separator"
    case .promptTooLong(let tokens, let context):
      "the prompt's \(tokens) tokens leave no room in a context of \(context)"
    case .tokenOutsideVocabulary(let position, let token, let vocabulary):
      "prompt token \(token) at position \(position) is outside the vocabulary of \(vocabulary)"
    case .notFinite(let position): "the model's logits for position \(position) are not finite"
    case .failedRound(let position, let status):
      "the round at position \(position) failed: \(status)"
    }
  }
}

/// Runs backend work; its errors become ``DecodingError/backend(_:)``.
func onBackend<T>(_ body: () throws(BackendError) -> T) throws(DecodingError) -> T {
  do { return try body() } catch { throw .backend(error) }
}
