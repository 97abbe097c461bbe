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
///
/// Rows with windows or values of their own take a call each, in a batch of at least two sequences: in each call the
/// owners of all other rows are `NO_NODE`, so that those rows keep their bits.
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
  ///   - tokens: u32 `[rows]`.  - parents: u32 `[rows]`.
  ///   - bias: f32 `[vocabulary]`, added to every row.
  ///   - mask: u32 `[1 or rows][(vocabulary + 31) / 32]`; bit v % 32 of word v / 32 is 1 where token v is allowed.
  ///   - rowMasks: whether each row has a mask row of its own.
  ///   - batch: the sequences of the rows, nil for one sequence.
  public func penalties(
    _ logits: Tensor<Float>, _ penalties: LogitPenalties, history: Tensor<UInt32>,
    historyCapacity: Int? = nil, state: Tensor<UInt32>,
    tokens: Tensor<UInt32>, parents: Tensor<UInt32>, rows: Int, vocabulary: Int,
    bias: Tensor<Float>? = nil, mask: Tensor<UInt32>? = nil, rowMasks: Bool = false,
    batch: SequenceBatch? = nil
  ) {
    call(.penalties) { kernel throws(Refusal) in
      try requireSizes(rows, vocabulary)
      try require((0...Int(UInt32.max)).contains(penalties.window), "a window of \(penalties.window) tokens")
      try require(
        penalties.repetition >= 1e-6 && penalties.repetition <= 1e6,
        "repetition \(penalties.repetition), 1e-6 to 1e6 are possible")
      try require(
        penalties.presence.isFinite && penalties.frequency.isFinite,
        "presence \(penalties.presence), frequency \(penalties.frequency)")
      let maskWords = mask == nil ? 0 : (vocabulary + 31) / 32
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
      if let bias { try require(bias, vocabulary, "bias") }
      if let mask { try require(mask, (rowMasks ? rows : 1) * maskWords, "mask") }
      let p = ShaderInterface.Penalties(
        rows: UInt32(rows), vocabulary: UInt32(vocabulary), historyCapacity: UInt32(capacity),
        window: UInt32(penalties.window), repetition: Float(penalties.repetition),
        inverseRepetition: Float(1 / penalties.repetition), presence: penalties.presence,
        frequency: penalties.frequency, hasBias: bias == nil ? 0 : 1, maskWords: UInt32(maskWords),
        rowMasks: rowMasks ? 1 : 0, sequences: UInt32(batch.sequences))
      return Invocation(
        kernel, p,
        [
          // The state stands for what is not read.
          .readWrite(logits), .read(history), .read(state), .read(tokens), .read(parents),
          bias.map { .read($0) } ?? .read(state), .read(mask ?? state), .read(batch.owners(or: state)),
        ], groups: (rows, 1),
        specialization: try penaltyLanes(vocabulary, text: min(penalties.window, capacity + 1024)))
    }
  }
}

/// As ``rowLanes(_:_:passes:)``; enough lanes for the text, which is walked once for each `COUNTED_TOKENS` tokens, too.
private func penaltyLanes(_ vocabulary: Int, text: Int) throws(Refusal) -> [UInt32] {
  var lanes = try rowLanes(nil, vocabulary, passes: 3)
  let passes = (vocabulary + Int(COUNTED_TOKENS) - 1) / Int(COUNTED_TOKENS) * text / 32  // of 32 items each
  while lanes[1] < 256 && passes > 20_000 * Int(lanes[1]) { lanes[1] *= 2 }
  return lanes
}
