import Kernels
import Models
import ShaderInterface

/// One sequence on the device and its recorded round: draft, score, verify, commit.
///
/// Everything that changes from round to round stands in device memory, so the commands are recorded once and replayed; the
/// host reads the small result back.
final class Round {
  let shape: TreeShape
  let tree: TreeBuffers
  let target: ModelSession
  let context: Int

  private let backend: any Backend
  private let history: Tensor<UInt32>  // [context + nodes + 1]
  private let prefill: Prefill
  private let recording: any Recording

  init(target: Model, draft: Model?, options: DecodingOptions, shape: TreeShape, context: Int)
    throws(DecodingError)
  {
    let levels: [Range<Int>]
    do { levels = try shape.levels() } catch { throw .tree(error) }
    let backend = target.backend
    let slice = min(256, context)
    let rows = max(shape.count, slice)
    let slots = context + shape.count
    let widest = levels.map(\.count).max() ?? 1
    (self.shape, self.context, self.backend) = (shape, context, backend)
    (tree, self.target, history, prefill, recording) = try onBackend {
      () throws(BackendError) in
      let tree = try Self.treeBuffers(shape, backend)
      let history: Tensor<UInt32> = try backend.makeTensor(slots + 1, "history")
      let session = try ModelSession(
        model: target, maximumRows: rows, slots: slots, logitRows: shape.count)
      let part: any DraftPart
      switch options.drafter {
      case .promptLookup(let minimum, let maximum, let count):
        part = PromptLookupDraft(
          tree: tree, history: history, minimum: minimum, maximum: maximum, count: count)
      case .model(_, let candidates) where shape.count > 1:
        guard let draft else { preconditionFailure("checked before") }
        part = try ModelDraft(
          session: try ModelSession(model: draft, maximumRows: rows, slots: slots, logitRows: widest),
          tree: tree, shape: shape, levels: levels, candidates: candidates, warp: options.warp,
          keys: options.rule == .traversal ? .node : .position)
      case .heads where shape.count > 1:
        part = try HeadsDraft(target: session, tree: tree, shape: shape)
      case .none, .model, .heads: part = NoDraft()
      }
      let verifier = try Self.verifier(options, part, tree, target)
      let sessions = [session] + part.sessions
      let prefill = try Prefill(sessions: sessions, state: tree.state, sliceRows: slice)
      let recording = try backend.record("round") { commands in
        commands.span("draft") { part.record(commands) }
        commands.span("score") {
          session.forward(commands, ForwardRows(tree, 0..<shape.count), wantLogits: true)
        }
        commands.span("verify") { verifier.record(commands, logits: session.logits) }
        commands.span("commit") {
          commands.commitRound(tree: tree, history: history)
          for session in sessions { session.compact(commands, tree: tree) }
        }
      }
      return (tree, session, history, prefill, recording)
    }
  }

  private static func treeBuffers(_ shape: TreeShape, _ backend: any Backend) throws(BackendError)
    -> TreeBuffers
  {
    let tree = try TreeBuffers(backend: backend, maximumNodes: shape.count)
    try backend.write(shape.parents.map { $0 < 0 ? NO_NODE : UInt32($0) }, to: tree.parents)
    try backend.write(shape.depths.map { UInt32($0) }, to: tree.depths)
    try backend.write(shape.maskRows, to: tree.mask)
    return tree
  }

  private static func verifier(
    _ options: DecodingOptions, _ draft: any DraftPart, _ tree: TreeBuffers, _ target: Model
  ) throws(BackendError) -> any VerifyPart {
    let (backend, vocabulary) = (target.backend, target.configuration.vocabularySize)
    switch (options.rule, options.warp) {
    case (.token, let warp?), (.siblings, let warp?), (.traversal, let warp?):
      return try RejectionPart(
        backend: backend, tree: tree, vocabulary: vocabulary, warp: warp, draft: draft,
        isTraversal: options.rule == .traversal)
    case (.typical, let warp?):
      return try TypicalPart(backend: backend, tree: tree, vocabulary: vocabulary, warp: warp)
    case (.greedy, _), (.pick, _), (_, nil):
      return try MatchPart(backend: backend, tree: tree, vocabulary: vocabulary, warp: options.warp)
    }
  }

  /// Begins a sequence: passes all of `prompt` but its last token, which becomes the root.
  func start(prompt: [UInt32], seed: UInt64) throws(BackendError) {
    try backend.write(SequenceState(length: 0, seed: seed, nodes: shape.count).words, to: tree.state)
    try backend.write(prompt, to: history)
    // A prompt of one token leaves no hidden row; zeros keep a draft from seeing the text before.
    if prompt.count == 1 {
      try backend.write(
        [Float](repeating: 0, count: target.model.configuration.hiddenSize), to: target.hidden)
    }
    let lastRow = try prefill.run(prompt.dropLast())
    let lastNode = Int(STATE_LAST_NODE)
    try backend.write([UInt32(lastRow)], to: tree.state[lastNode..<lastNode + 1])
    try setRoot(prompt[prompt.count - 1])
  }

  /// Replaces the token that the next round starts from.
  func setRoot(_ token: UInt32) throws(BackendError) {
    try backend.write([token], to: tree.tokens[0..<1])
  }

  /// Runs one round.
  func run() throws(BackendError) -> RoundResult {
    try recording.run()
    return try RoundResult(words: backend.read(tree.result), maximumNodes: shape.count)
  }

  /// Bits of the last round's logits of `node`.
  func logitBits(node: Int) throws(BackendError) -> [UInt32] {
    let vocabulary = target.model.configuration.vocabularySize
    let row = target.logits[node * vocabulary..<(node + 1) * vocabulary]
    return try backend.read(row.reinterpreted(as: UInt32.self))
  }

  /// Nanoseconds by span, summed over all rounds so far.
  var spans: [(name: String, nanoseconds: Double)] { recording.spans }
}
