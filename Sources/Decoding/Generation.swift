import Kernels

/// Why a text ended.
public enum StopReason: String, Sendable {
  /// The limit was reached, a stop token came, or the context is full.
  case maxTokens, stopToken, context
}

/// A generated text and how it came about.
public struct Generation: Sendable {
  /// Without the prompt; a stop token is kept as the last.
  public internal(set) var tokens: [UInt32] = []
  /// Why it ended.
  public internal(set) var stop = StopReason.maxTokens
  /// Passes of the target after the prompt, one a round.
  public internal(set) var passes = 0
  /// Tokens that the rounds gave, the last round's uncut.
  public internal(set) var roundTokens = 0
  /// Rounds that offered a draft token at depth 1 + index.
  public internal(set) var offered: [Int]
  /// Rounds that accepted one there.
  public internal(set) var accepted: [Int]
  /// Wall time of the prompt.
  public internal(set) var prefillSeconds = 0.0
  /// Of the rounds.
  public internal(set) var decodeSeconds = 0.0
  /// Device time of draft, score, verify and commit, summed over the rounds; empty without profiling.
  public internal(set) var spans: [(name: String, nanoseconds: Double)] = []
  /// Bits of the logits row that gave each token, if they were recorded.
  public internal(set) var logits: [[UInt32]] = []

  /// Mean tokens a target pass: 1 in plain decoding.
  public var blockEfficiency: Double { passes == 0 ? 0 : Double(roundTokens) / Double(passes) }
  /// New tokens over the rounds' wall time.
  public var tokensPerSecond: Double { decodeSeconds > 0 ? Double(tokens.count) / decodeSeconds : 0 }

  init(depth: Int) {
    offered = [Int](repeating: 0, count: depth)
    accepted = offered
  }

  mutating func count(_ round: RoundResult, shape: TreeShape) {
    passes += 1
    roundTokens += round.tokens.count
    let depth = shape.depths.prefix(round.nodes).max() ?? 0
    for d in 0..<depth { offered[d] += 1 }
    for d in 0..<round.path.count - 1 { accepted[d] += 1 }
  }

  /// Appends what of the round's tokens still belongs to the text.
  ///
  /// - Returns: how many; ``stop`` says why once the text ends.
  mutating func append(_ round: [UInt32], limit: Int, stopTokens: Set<UInt32>) -> (count: Int, ends: Bool) {
    var kept = round.prefix(limit - tokens.count)
    var ends = tokens.count + kept.count == limit
    if let index = kept.firstIndex(where: stopTokens.contains) {
      kept = kept[...index]
      stop = .stopToken
      ends = true
    }
    tokens += kept
    return (kept.count, ends)
  }
}
