import ShaderInterface

/// What a verifier said of one sequence's round.
public struct RoundResult: Sendable, Hashable {
  /// Why the round ended early; empty is fine. With any bit, ``KernelStatus/idle`` too, nothing was committed, and what the
  /// bonus token and the position say does not count.
  public let status: KernelStatus
  /// Accepted nodes, root first; the row of each gave the token at the same index of ``tokens``.
  public let path: [Int]
  /// Accepted tokens and the bonus token.
  public let tokens: [UInt32]
  /// Position of the last of ``tokens``.
  public let position: Int
  /// Nodes that counted, root included.
  public let nodes: Int
  /// Nodes of depth d + 1 that the rule looked at.
  public let tried: [Int]

  /// Draft tokens accepted.
  public var acceptedCount: Int { path.count - 1 }
  /// The token after the last accepted one.
  public var bonus: UInt32 { tokens[tokens.count - 1] }

  /// Reads one sequence's result block, `TreeBuffers.resultWords(maximumNodes:)` words.
  ///
  /// - Throws: ``BackendError/invalidCall(kernel:reason:)`` unless `maximumNodes` is 1 to 1,024, where `words` are too few,
  ///   and where more nodes are accepted than there are, as no verifier writes.
  public init(words: [UInt32], maximumNodes: Int) throws(BackendError) {
    try self.init(words[...], maximumNodes: maximumNodes)
  }

  private init(_ slice: ArraySlice<UInt32>, maximumNodes: Int) throws(BackendError) {
    try Self.check(maximumNodes: maximumNodes)
    let words = Array(slice)
    let needed = TreeBuffers.resultWords(maximumNodes: maximumNodes)
    guard words.count >= needed else {
      throw Self.refusal("\(words.count) words of a tree of \(maximumNodes) nodes, which needs \(needed)")
    }
    let accepted = Int(words[Int(RESULT_ACCEPTED)])
    guard accepted < maximumNodes else {
      throw Self.refusal(
        "\(accepted) draft tokens accepted in a tree of \(maximumNodes) nodes; read what a verifier wrote")
    }
    let first = Int(RESULT_PATH)
    func array(_ index: Int, _ range: Range<Int>) -> ArraySlice<UInt32> {
      let start = first + index * maximumNodes
      return words[start + range.lowerBound..<start + range.upperBound]
    }
    status = KernelStatus(rawValue: words[Int(RESULT_STATUS)])
    path = array(0, 0..<accepted + 1).map { Int($0) }
    tokens = array(1, 1..<accepted + 1) + [words[Int(RESULT_BONUS)]]
    position = Int(words[Int(RESULT_LENGTH)])
    nodes = Int(words[Int(RESULT_NODES)])
    tried = array(2, 0..<maximumNodes).map { Int($0) }
  }

  /// The results of a batch, one a sequence. Throws as ``init(words:maximumNodes:)`` does.
  public static func batch(
    _ words: [UInt32], maximumNodes: Int, sequences: Int
  ) throws(BackendError) -> [RoundResult] {
    try check(maximumNodes: maximumNodes)
    guard sequences >= 0 else { throw refusal("\(sequences) trees; 0 or more are possible") }
    let stride = TreeBuffers.resultWords(maximumNodes: maximumNodes)
    let needed = SizeArithmetic.product(sequences, stride)
    guard words.count >= needed else {
      throw refusal(
        "\(words.count) words of \(sequences) trees of \(maximumNodes) nodes, which need \(needed)")
    }
    var results: [RoundResult] = []
    for sequence in 0..<sequences {
      let own = words[sequence * stride..<(sequence + 1) * stride]
      results.append(try RoundResult(own, maximumNodes: maximumNodes))
    }
    return results
  }

  private static func check(maximumNodes: Int) throws(BackendError) {
    guard (1...Int(MAXIMUM_NODES)).contains(maximumNodes) else {
      throw refusal("a tree of \(maximumNodes) nodes, 1 to \(MAXIMUM_NODES) are possible")
    }
  }

  private static func refusal(_ reason: String) -> BackendError {
    .invalidCall(kernel: "RoundResult", reason: reason)
  }
}

/// Why a row, a tree or a round did not go well, as kernels report it beside their results; empty is fine.
public struct KernelStatus: OptionSet, Sendable, Hashable, CustomStringConvertible {
  /// The `STATUS_` bits of a kernel.
  public let rawValue: UInt32

  /// The status that a kernel wrote.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// NaN or +infinity among the logits, or no finite logit at all.
  public static let notFinite = KernelStatus(rawValue: STATUS_NOT_FINITE)
  /// A parent that is not before its child, or a node count out of range.
  public static let malformedTree = KernelStatus(rawValue: STATUS_MALFORMED_TREE)
  /// A draft token outside the vocabulary, or one that the draft gives no weight.
  public static let malformedDraft = KernelStatus(rawValue: STATUS_MALFORMED_DRAFT)
  /// A distribution row whose total is zero.
  public static let emptyRow = KernelStatus(rawValue: STATUS_EMPTY_ROW)
  /// A sequence that got no pages: too few are free, or its table is too short.
  public static let outOfPages = KernelStatus(rawValue: STATUS_OUT_OF_PAGES)
  /// A sequence that has no nodes and so sits out the round; its state keeps no such bit.
  public static let idle = KernelStatus(rawValue: STATUS_IDLE)
  /// A row whose own warp has a top-k, top-p or typical-p, where the kernel takes none.
  public static let selectiveWarp = KernelStatus(rawValue: STATUS_SELECTIVE_WARP)

  /// The reasons in words, or "fine".
  public var description: String {
    let names: [(KernelStatus, String)] = [
      (.notFinite, "logits not finite"), (.malformedTree, "malformed tree"),
      (.malformedDraft, "malformed draft"), (.emptyRow, "empty distribution"),
      (.outOfPages, "out of pages"), (.selectiveWarp, "a warp that selects tokens"), (.idle, "idle"),
    ]
    return isEmpty ? "fine" : names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
  }
}
