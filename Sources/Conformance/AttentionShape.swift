import Kernels
import ShaderInterface

/// How the in-flight rows of a case see each other; all are bits of one mask.
public enum MaskPattern: Sendable, CaseIterable {
  case tree
  /// Several roots: independent branches or requests over one prefix.
  case forest
  /// Blocks whose rows see each other and all earlier blocks (block diffusion).
  case blocks
  /// Levels of a Jacobi window, then branches to verify (look-ahead decoding, Fu et al., 2024).
  case lookAhead
  case anyBits
}

/// The sizes of one attention call.
public struct AttentionShape: Sendable {
  public var rows, firstRow, inFlight: Int
  public var heads, keyHeads, headSize: Int
  /// Slots of the prefix; with a batch the most that a sequence has.
  public var length: Int
  /// Words of mask a row; 0 is causal.
  public var maskWords: Int
  public var pattern = MaskPattern.tree
  public var format = KeyValueFormat.f16
  public var options = AttentionOptions()
  /// 1 for no batch; more share the in-flight rows.
  public var sequences = 1
  /// 0 for no pages.
  public var pageSize = 0
  /// Whether each sequence lacks all of its pages, or the first or the last ones.
  public var lacksPages = false

  public init(
    rows: Int, firstRow: Int = 0, inFlight: Int? = nil, heads: Int, keyHeads: Int, headSize: Int, length: Int,
    maskWords: Int
  ) {
    self.rows = rows
    self.firstRow = firstRow
    self.inFlight = inFlight ?? firstRow + rows
    self.heads = heads
    self.keyHeads = keyHeads
    self.headSize = headSize
    self.length = length
    self.maskWords = maskWords
  }

  /// More heads where a row would not be whole steps of its format: one may then begin inside a block.
  mutating func fillSteps() {
    while format == .q8 && keyColumns % 8 != 0 {
      keyHeads *= 2
      heads *= 2
    }
  }

  var keyColumns: Int { keyHeads * headSize }
  var multiplyAdds: Int { 2 * rows * heads * headSize * (length + inFlight) }

  var text: String {
    """
    rows \(rows) from \(firstRow) of \(inFlight), heads \(heads)/\(keyHeads) of \(headSize), length \(length), \
    mask words \(maskWords)\(maskWords > 0 ? " (\(pattern))" : ""), \(format), window \(options.window), \
    cap \(options.softCap)\(options.isCross ? ", cross" : ""), sequences \(sequences), pages of \(pageSize)\(lacksPages ? ", lacking" : "")
    """
  }
}

extension CaseRandom {
  /// Random sizes of at most 300,000 multiply-adds.
  mutating func attentionShape(headSize: Int, ratio: Int, tree: Bool) -> AttentionShape {
    while true {
      let keyHeads = integer(1...2)
      let rows = length(oneIn(6) ? 70 : 12)
      let firstRow = oneIn(3) ? below(8) : 0
      let inFlight = firstRow + rows + (oneIn(4) ? below(8) : 0)
      let shape = AttentionShape(
        rows: rows, firstRow: firstRow, inFlight: inFlight, heads: keyHeads * ratio, keyHeads: keyHeads,
        headSize: headSize, length: attentionLength(),
        maskWords: tree ? (inFlight + 31) / 32 + (oneIn(6) ? 1 : 0) : 0)
      if shape.multiplyAdds <= 300_000 { return shape }
    }
  }

  /// None, around the ends of spans, or any.
  private mutating func attentionLength() -> Int {
    switch below(8) {
    case 0: 0
    case 1, 2: Int(ATTENTION_SPAN * ATTENTION_CHUNK) * integer(1...3) - below(8)
    default: length(300)
    }
  }

  /// Visibility bits and depths of `count` rows that see each other by `pattern`.
  mutating func visibility(_ pattern: MaskPattern, count: Int) -> (seen: [[Bool]], depths: [UInt32]) {
    var seen = [[Bool]](repeating: [Bool](repeating: false, count: count), count: count)
    var depths = [UInt32](repeating: 0, count: count)
    let size = integer(1...8)
    for i in 0..<count {
      switch pattern {
      case .tree, .forest:
        if i > 0 && !(pattern == .forest && oneIn(4)) {
          let parent = oneIn(2) ? i - 1 : below(i)
          seen[i] = seen[parent]
          depths[i] = depths[parent] + 1
        }
        seen[i][i] = true
      case .blocks:
        for j in 0..<min(count, (i / size + 1) * size) { seen[i][j] = true }
        depths[i] = UInt32(i)
      case .lookAhead:
        let (level, place) = (i / size, i % size)
        for j in 0...place where j < count { seen[i][j] = true }
        for l in 0...level { seen[i][l * size + place] = true }
        depths[i] = UInt32(level + place)
      case .anyBits:
        for j in 0..<count { seen[i][j] = oneIn(2) }
        depths[i] = UInt32(below(40))
      }
    }
    return (seen, depths)
  }
}
