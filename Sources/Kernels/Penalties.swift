import ShaderInterface

/// How much less likely a token becomes by having occurred lately.
///
/// The text that counts is the latest ``window`` tokens down to a row's node, so it moves on with the node's depth, prompt
/// included while it is that near. Penalties by the generated tokens alone, as OpenAI's and vLLM's presence and frequency
/// penalties are, take a `history` and a `state` of their own. The history begins with `NO_TOKEN` in place of the prompt
/// and goes on with the outputs; the state's length is the number of outputs, its first node that of the text's state.
/// `commitRound` keeps both, given a ``TreeBuffers`` with that state; a first round whose root belongs to the prompt
/// leaves the root at the history's start, so write `NO_TOKEN` there again. A repetition penalty by the whole text comes
/// before, in a call of its own.
public struct LogitPenalties: Sendable, Hashable {
  /// Above 0: a logit above 0 is divided by it, another one multiplied (Keskar et al., 2019); 1 changes nothing.
  public var repetition: Double
  /// Taken from the logit of a token that occurs.
  public var presence: Float
  /// Taken from a token's logit once an occurrence.
  public var frequency: Float
  /// How many of the latest tokens count.
  public var window: Int

  /// Nothing changes unless said otherwise.
  public init(repetition: Double = 1, presence: Float = 0, frequency: Float = 0, window: Int) {
    self.repetition = repetition
    self.presence = presence
    self.frequency = frequency
    self.window = window
  }

  /// For `penalties` with settings for each row: u32 `[PENALTY_WORDS]`. A call with them checks none of these values.
  public var words: [UInt32] {
    [
      Float(repetition).bitPattern, Float(1 / repetition).bitPattern, presence.bitPattern,
      frequency.bitPattern, UInt32(clamping: window),
    ]
  }

  /// How many words settings have.
  public static let wordCount = Int(PENALTY_WORDS)

  fileprivate func check() throws(Refusal) {
    try require((0...Int(UInt32.max)).contains(window), "a window of \(window) tokens")
    try require(
      repetition >= 1e-6 && repetition <= 1e6, "repetition \(repetition), 1e-6 to 1e6 are possible")
    try require(presence.isFinite && frequency.isFinite, "presence \(presence), frequency \(frequency)")
  }
}

extension CommandList {
  /// Penalties by the latest tokens of each row's text, then a bias, then a mask, all in place.
  ///
  /// Row r belongs to packed node r: its text is the history, then the tree's tokens down to that node, so the logits
  /// of a node equal those of plain decoding. Plain decoding is one row with `parents` = [`NO_NODE`].
  /// Steps follow one another as listed, each rounded: within 5 * 2^-24 of the magnitudes that enter a logit; a logit
  /// that nothing concerns keeps its bits.
  /// - Parameters:
  ///   - logits: f32 `[rows][vocabulary]`.
  ///   - history: u32 `[sequences][historyCapacity]`, committed tokens; the last one, at `STATE_LENGTH`, is the root's.
  ///   - historyCapacity: nil for all of the history; needed where `state` has more sequences than take part.
  ///   - state: u32 `[sequences][STATE_WORDS]`.
  ///   - tokens: u32 `[rows]`.
  ///   - parents: u32 `[rows]`.
  ///   - bias: f32 `[1 or rows][vocabulary]`, added to every row.
  ///   - rowBiases: whether each row has a bias row of its own.
  ///   - mask: u32 `[1 or rows][(vocabulary + 31) / 32]`; bit v % 32 of word v / 32 is 1 where token v is allowed.
  ///   - rowMasks: whether each row has a mask row of its own.
  ///   - batch: the sequences of the rows, nil for one sequence.
  public func penalties(
    _ logits: Tensor<Float>, _ penalties: LogitPenalties, history: Tensor<UInt32>,
    historyCapacity: Int? = nil, state: Tensor<UInt32>,
    tokens: Tensor<UInt32>, parents: Tensor<UInt32>, rows: Int, vocabulary: Int,
    bias: Tensor<Float>? = nil, rowBiases: Bool = false, mask: Tensor<UInt32>? = nil,
    rowMasks: Bool = false, batch: SequenceBatch? = nil
  ) {
    call(.penalties) { kernel throws(Refusal) in
      try penalties.check()
      return try PenaltyCall(
        logits: logits, penalties: penalties, settings: nil, history: history,
        historyCapacity: historyCapacity, state: state, tokens: tokens, parents: parents, rows: rows,
        vocabulary: vocabulary, bias: bias, rowBiases: rowBiases, mask: mask, rowMasks: rowMasks,
        batch: batch
      ).invocation(kernel)
    }
  }

  /// The same with settings for each row, as requests of a batch have them; the device may have written them.
  /// - Parameters:
  ///   - settings: u32 `[rows][PENALTY_WORDS]`, ``LogitPenalties/words`` of each row; a repetition below 2^-64 counts as
  ///     0.
  ///   - logits: f32 `[rows][vocabulary]`; the other parameters too are those of one setting for all rows.
  public func penalties(
    _ logits: Tensor<Float>, settings: Tensor<UInt32>, history: Tensor<UInt32>,
    historyCapacity: Int? = nil, state: Tensor<UInt32>,
    tokens: Tensor<UInt32>, parents: Tensor<UInt32>, rows: Int, vocabulary: Int,
    bias: Tensor<Float>? = nil, rowBiases: Bool = false, mask: Tensor<UInt32>? = nil,
    rowMasks: Bool = false, batch: SequenceBatch? = nil
  ) {
    call(.penalties) { kernel throws(Refusal) in
      try PenaltyCall(
        logits: logits, penalties: LogitPenalties(window: Int(UInt32.max)), settings: settings,
        history: history, historyCapacity: historyCapacity, state: state, tokens: tokens, parents: parents,
        rows: rows, vocabulary: vocabulary, bias: bias, rowBiases: rowBiases, mask: mask,
        rowMasks: rowMasks, batch: batch
      ).invocation(kernel)
    }
  }
}

/// The arguments of one call.
private struct PenaltyCall {
  let logits: Tensor<Float>
  /// With `settings` only the window counts, the longest that a row may have.
  let penalties: LogitPenalties
  let settings: Tensor<UInt32>?
  let history: Tensor<UInt32>
  let historyCapacity: Int?
  let state, tokens, parents: Tensor<UInt32>
  let rows, vocabulary: Int
  let bias: Tensor<Float>?
  let rowBiases: Bool
  let mask: Tensor<UInt32>?
  let rowMasks: Bool
  let batch: SequenceBatch?

  func invocation(_ kernel: Kernel) throws(Refusal) -> Invocation {
    let capacity = try check()
    let p = ShaderInterface.Penalties(
      rows: UInt32(rows), vocabulary: UInt32(vocabulary), historyCapacity: UInt32(capacity),
      window: UInt32(penalties.window), repetition: Float(penalties.repetition),
      inverseRepetition: Float(1 / penalties.repetition), presence: penalties.presence,
      frequency: penalties.frequency, hasBias: bias == nil ? 0 : 1, maskWords: UInt32(maskWords),
      rowMasks: rowMasks ? 1 : 0, sequences: UInt32(batch.sequences), rowSettings: settings == nil ? 0 : 1,
      rowBiases: rowBiases ? 1 : 0)
    return Invocation(
      kernel, p,
      [
        // The state stands for what is not read.
        .readWrite(logits), .read(history), .read(state), .read(tokens), .read(parents),
        bias.map { .read($0) } ?? .read(state), .read(mask ?? state), .read(batch.owners(or: state)),
        .read(settings ?? state),
      ], groups: (rows, 1),
      specialization: try penaltyLanes(vocabulary, text: min(penalties.window, capacity + 1024)))
  }

  private var maskWords: Int { mask == nil ? 0 : (vocabulary + 31) / 32 }

  /// Gives the tokens of a sequence's history.
  private func check() throws(Refusal) -> Int {
    try requireSizes(rows, vocabulary)
    try requireVocabulary(vocabulary)
    try require(rows > 0, "\(rows) rows")
    if batch == nil {
      try require(rows <= Int(MAXIMUM_NODES), "\(rows) rows of one sequence, at most 1024")
    }
    try require(logits, rows * vocabulary, "logits")
    try batch.check(state: state, rows: rows)
    let capacity = try wordsPerSequence(
      history, "history", given: historyCapacity, sequences: batch.sequences, state: state)
    try require(tokens, rows, "tokens")
    try require(parents, rows, "parents")
    if let bias { try require(bias, (rowBiases ? rows : 1) * vocabulary, "bias") }
    if let mask { try require(mask, (rowMasks ? rows : 1) * maskWords, "mask") }
    if let settings { try require(settings, rows * LogitPenalties.wordCount, "settings") }
    return capacity
  }
}

/// As ``rowLanes(_:_:passes:)``; enough lanes for the text, which is walked once for each `COUNTED_TOKENS` tokens, too.
private func penaltyLanes(_ vocabulary: Int, text: Int) throws(Refusal) -> [UInt32] {
  var lanes = try rowLanes(nil, vocabulary, passes: 3)
  let passes = (vocabulary + Int(COUNTED_TOKENS) - 1) / Int(COUNTED_TOKENS) * text / 32  // of 32 items each
  while lanes[1] < 256 && passes > 20_000 * Int(lanes[1]) { lanes[1] *= 2 }
  return lanes
}
