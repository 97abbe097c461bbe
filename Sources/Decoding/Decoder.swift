import Kernels
import Models
import ShaderInterface

/// The decoding loop: any drafter, any tree, any rule.
///
/// A round drafts a tree, scores all its nodes in one pass of the target, verifies, and commits the accepted path with
/// one more token, in one submission. Plain decoding is the same loop over a tree of one node. One sequence at a time;
/// reuse a decoder for many prompts.
public final class Decoder {
  /// The model whose text it is.
  public let target: Model
  /// The model that drafts; nil for other drafters.
  public let draft: Model?
  /// Drafter, rule and law.
  public let options: DecodingOptions
  /// Nodes of a round.
  public let shape: TreeShape
  /// Most tokens of prompt and text together.
  public let context: Int

  private let round: Round

  /// - Parameter draft: needed by a model drafter; on the target's backend, with the target's vocabulary.
  public init(target: Model, draft: Model? = nil, options: DecodingOptions = DecodingOptions())
    throws(DecodingError)
  {
    try options.check()
    do { shape = try options.drafter.shape() } catch { throw .tree(error) }
    try Self.check(target: target, draft: draft, drafter: options.drafter, shape: shape)
    var usesDraft = false
    if case .model = options.drafter { usesDraft = true }
    let trained = min(
      target.configuration.maximumPositions, usesDraft ? draft?.configuration.maximumPositions ?? .max : .max)
    let context = options.context ?? trained
    guard (1...trained).contains(context) else { throw .contextOutOfRange(context, maximum: trained) }
    (self.target, self.draft, self.options, self.context) = (target, draft, options, context)
    round = try Round(target: target, draft: draft, options: options, shape: shape, context: context)
  }

  private static func check(target: Model, draft: Model?, drafter: Drafter, shape: TreeShape)
    throws(DecodingError)
  {
    let limit = min(256, target.configuration.vocabularySize)
    switch drafter {
    case .none, .promptLookup: return
    case .heads:
      guard target.draftHeadCount >= shape.maximumDepth else {
        throw .tooFewHeads(needed: shape.maximumDepth, available: target.draftHeadCount)
      }
    case .model:
      guard let draft else { throw .draftModelMissing }
      guard draft.backend === target.backend else {
        throw .backendsDiffer(target: target.backend.name, draft: draft.backend.name)
      }
      guard draft.configuration.vocabularySize == target.configuration.vocabularySize else {
        throw .vocabulariesDiffer(
          target: target.configuration.vocabularySize, draft: draft.configuration.vocabularySize)
      }
    }
    guard shape.candidates <= limit else { throw .tooManyCandidates(shape.candidates, limit: limit) }
  }

  /// Continues `prompt`.
  ///
  /// - Parameters:
  ///   - prompt: token ids, beginning with the separator that the model was trained with.
  ///   - onTokens: each round's new tokens, as they come.
  /// - Throws: ``DecodingError/notFinite(position:)`` when the model breaks down; the tokens given to `onTokens` before
  ///   stay good.
  public func generate(
    _ prompt: [UInt32], options: GenerationOptions = GenerationOptions(),
    onTokens: (ArraySlice<UInt32>) -> Void = { _ in }
  ) throws(DecodingError) -> Generation {
    try check(prompt)
    let clock = ContinuousClock()
    let began = clock.now
    try onBackend { () throws(BackendError) in try round.start(prompt: prompt, seed: options.seed) }
    let started = clock.now
    let spansBefore = round.spans
    var generation = Generation(depth: shape.maximumDepth)
    let limit = min(options.maxTokens, context - prompt.count)
    generation.stop = limit < options.maxTokens ? .context : .maxTokens
    var ends = limit <= 0
    while !ends {
      let result = try runRound()
      generation.count(result, shape: shape)
      let kept: Int
      (kept, ends) = generation.append(result.tokens, limit: limit, stopTokens: options.stopTokens)
      if options.recordsLogits {
        for node in result.path.prefix(kept) { generation.logits.append(try logitBits(node: node)) }
      }
      onTokens(generation.tokens.suffix(kept))
    }
    generation.prefillSeconds = (started - began) / .seconds(1)
    generation.decodeSeconds = (clock.now - started) / .seconds(1)
    generation.spans = round.spans.map { span in
      (span.name, span.nanoseconds - (spansBefore.first { $0.name == span.name }?.nanoseconds ?? 0))
    }
    return generation
  }

  /// Logit bits of the plain one-row passes that lead through `tokens` whatever the rule would emit.
  ///
  /// - Precondition: a decoder without a drafter.
  func replay(_ prompt: [UInt32], tokens: [UInt32], seed: UInt64) throws(DecodingError) -> [[UInt32]] {
    precondition(shape.count == 1, "Decoder.replay: the tree has \(shape.count) nodes")
    try check(prompt)
    try onBackend { () throws(BackendError) in try round.start(prompt: prompt, seed: seed) }
    var rows: [[UInt32]] = []
    for token in tokens {
      _ = try runRound()
      rows.append(try logitBits(node: 0))
      try onBackend { () throws(BackendError) in try round.setRoot(token) }
    }
    return rows
  }

  private func check(_ prompt: [UInt32]) throws(DecodingError) {
    guard !prompt.isEmpty else { throw .emptyPrompt }
    guard prompt.count < context else { throw .promptTooLong(tokens: prompt.count, context: context) }
    for (position, token) in prompt.enumerated() where Int(token) >= target.configuration.vocabularySize {
      throw .tokenOutsideVocabulary(
        position: position, token: token, vocabulary: target.configuration.vocabularySize)
    }
  }

  private func runRound() throws(DecodingError) -> RoundResult {
    let result = try onBackend { () throws(BackendError) in try round.run() }
    guard result.status.isEmpty else {
      throw result.status.contains(.notFinite)
        ? .notFinite(position: result.position)
        : .failedRound(position: result.position, status: result.status)
    }
    return result
  }

  private func logitBits(node: Int) throws(DecodingError) -> [UInt32] {
    try onBackend { () throws(BackendError) in try round.logitBits(node: node) }
  }
}
