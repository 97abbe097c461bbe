import ShaderInterface

/// What a sequence carries from round to round, as the host writes it and reads it back; kernels keep it on the device.
public struct SequenceState: Sendable, Hashable {
  /// Committed slots of the cache, which is the absolute position of the root.
  public var length: Int
  /// Key of every random number of the sequence. Draws that have to be independent at one position, as those of two drafters
  /// or of two verifications on top of each other, differ in their `stream`.
  public var seed: UInt64
  /// Nodes of this round's tree that count, root included. In a batch a sequence with 0 sits out the round: its rows are
  /// void, its result says ``KernelStatus/idle``, and `commitRound` leaves it as it is. `promptLookup`, `selectTree` and
  /// `mergePaths` give nodes to every sequence, so the host sets 0 after them. What a pass left in its hidden rows is void
  /// as well: a drafter that reads them keeps its own copy.
  public var nodes: Int
  /// Node of the last round whose hidden row gave the root its token.
  public var lastNode: Int
  /// Status bits of every round so far; 0 is fine.
  public var status: UInt32
  /// Where the root stands in the packed node arrays of a batch; 0 for a sequence alone.
  public var firstNode: Int

  /// The state that a sequence begins a round with, its status fine.
  public init(length: Int, seed: UInt64 = 0, nodes: Int = 1, lastNode: Int = 0, firstNode: Int = 0) {
    self.length = length
    self.seed = seed
    self.nodes = nodes
    self.lastNode = lastNode
    self.status = 0
    self.firstNode = firstNode
  }

  /// Reads a state block; nil unless `words` holds exactly ``wordCount`` words.
  public init?(words: [UInt32]) {
    guard words.count == Self.wordCount else { return nil }
    length = Int(words[Int(STATE_LENGTH)])
    seed = UInt64(words[Int(STATE_SEED_HIGH)]) << 32 | UInt64(words[Int(STATE_SEED_LOW)])
    nodes = Int(words[Int(STATE_NODES)])
    lastNode = Int(words[Int(STATE_LAST_NODE)])
    status = words[Int(STATE_STATUS)]
    firstNode = Int(words[Int(STATE_FIRST_NODE)])
  }

  /// Words of a state block.
  public static let wordCount = Int(STATE_WORDS)

  /// The state block; the states of a batch lie one after another.
  public var words: [UInt32] {
    var words = [UInt32](repeating: 0, count: Self.wordCount)
    words[Int(STATE_LENGTH)] = UInt32(clamping: length)
    words[Int(STATE_SEED_LOW)] = UInt32(truncatingIfNeeded: seed)
    words[Int(STATE_SEED_HIGH)] = UInt32(seed >> 32)
    words[Int(STATE_NODES)] = UInt32(clamping: nodes)
    words[Int(STATE_LAST_NODE)] = UInt32(clamping: lastNode)
    words[Int(STATE_STATUS)] = status
    words[Int(STATE_FIRST_NODE)] = UInt32(clamping: firstNode)
    return words
  }
}
