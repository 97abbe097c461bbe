import ShaderInterface

extension Tuning {
  /// Query vectors that share the keys of a group: more spill, and take the driver seconds to compile.
  private static let sharingVectors: U32 = 4
  /// Passes of the loops that list visible rows and load queries, at most.
  private static let otherPasses = 6000

  /// Keys a lane that are scored at once, and keys whose values are summed in a pass: more of them only where loops would become too
  /// long.
  fileprivate typealias Unrolling = (step: U32, times: U32)
  private static let unrollings: [Unrolling] = [(4, 2), (4, 8), (8, 8)]

  /// A call carries keys a lane, the cache's format and rows a group; zeros are open.
  func attention(_ call: Invocation, _ layout: inout Layout) throws(BackendError) {
    let (keysPerLane, format, rowsPerGroup) = (
      call.specialization[0], call.specialization[1], call.specialization[2]
    )
    let p: ShaderInterface.TreeAttention = call.parameters()
    if shuffles && keysPerLane == 0 && p.headSize % 8 == 0 {
      let heads: U32 = (1...Self.sharingVectors).last(where: { p.sharing % $0 == 0 }) ?? 1
      let fitting: [U32] = [4, 2, 1].filter { $0 * heads <= Self.sharingVectors && $0 < 2 * p.rows }
      for rows in rowsPerGroup == 0 ? fitting : [rowsPerGroup] {
        let possible = Self.unrollings.first {
          allows(p.chunks(ofRows: rows) * p.shufflePasses(vectors: rows * heads, $0))
        }
        guard let unrolling = possible else { continue }
        layout.stem += "Shuffle"
        layout.specialization = [
          rows * heads, format, heads, (p.headSize + 63) / 64, 8, unrolling.step, unrolling.times,
        ]
        layout.groups = (Int((p.rows + rows - 1) / rows), layout.groups.y / Int(heads))
        return
      }
    }
    let heads = p.sharingHeads(most: Self.sharingVectors)
    layout.groups.y /= Int(heads)
    if let mostRows = spreadRows, keysPerLane == 0 && p.headSize % 8 == 0 {
      let rows = p.sharingRows(most: mostRows, chosen: rowsPerGroup)
      layout.stem += "Spread"
      layout.specialization = [rows, format, heads, valuesAhead]
      layout.groups.x = Int((p.rows + rows - 1) / rows)
      guard allows(p.chunks(ofRows: rows) * p.spreadPasses(rows: rows, ahead: valuesAhead)) else {
        throw tooLong(p.chunks(ofRows: rows), layout)
      }
      return
    }
    layout.specialization = [keysPerLane == 0 ? attentionKeysPerLane : keysPerLane, format, heads]
    let chunks = p.chunks(ofRows: 1)
    guard allows(chunks * p.chunkPasses) else { throw tooLong(chunks, layout) }
  }

  /// Spans apart, then merged, where a call has few groups and many keys; nil where groups have all keys of their rows.
  func splitAttention(_ call: Invocation) -> [Layout]? {
    guard call.kernel == .treeAttention, let mostRows = spreadRows else { return nil }
    var p: ShaderInterface.TreeAttention = call.parameters()
    let (format, chosenRows) = (call.specialization[1], call.specialization[2])
    guard call.specialization[0] == 0, p.headSize % 8 == 0, p.rows > 0 else { return nil }
    let heads = p.sharingHeads(most: Self.sharingVectors)
    let rows = p.sharingRows(most: mostRows, chosen: chosenRows)
    let tiles = (x: Int((p.rows + rows - 1) / rows), y: Int(p.heads / heads))
    let spans = p.spansOfCapacity
    let words = Int(p.rows * p.heads) * spans * Int(p.headSize + PART_WORDS)
    guard spans > 1, tiles.x * tiles.y < attentionGroups, tiles.y * spans <= 65_535,
      words <= Self.largestParts
    else { return nil }
    (p.spans, p.spansPerGroup) = (U32(spans), 1)
    let merge = ShaderInterface.AttentionMerge(
      rows: p.rows, heads: p.heads, headSize: p.headSize, spans: p.spans, significantBits: p.significantBits)
    return [
      Layout(
        stem: "attentionSpansSpread", specialization: [rows, format, heads, valuesAhead],
        groups: (tiles.x, tiles.y * spans), operands: (0..<8).map { $0 } + [nil], workspaceWords: words,
        parameters: bytes(of: p)),
      Layout(
        stem: "attentionMerge", specialization: [valuesAhead], groups: (Int(p.rows), Int(p.heads)),
        operands: [nil, 8], workspaceWords: words, parameters: bytes(of: merge)),
    ]
  }

  /// Words of a workspace, 64 MiB; calls with more parts have enough groups.
  private static let largestParts = 1 << 24

  private func tooLong(_ chunks: Int, _ layout: Layout) -> BackendError {
    .unsupported(
      kernel: layout.stem,
      reason: "llvmpipe ends loops too early for \(chunks) chunks of 64 keys in a group; split the keys")
  }

  private func allows(_ passes: Int) -> Bool {
    loopPasses.map { passes + Self.otherPasses <= $0 } ?? true
  }
}

/// Chunks of keys that one group may have, and the passes of its loops for each (see ``LoopPasses``).
extension ShaderInterface.TreeAttention {
  /// Rows of one sequence without a window share the chunks of the prefix; others have each its own.
  fileprivate func chunks(ofRows rows: U32) -> Int {
    let size = Int(ATTENTION_CHUNK)
    let inFlight = maskWords == 0 ? Int(firstRow) + Int(self.rows) : 32 * Int(maskWords)
    let most = chunksOfGroup
    let last = min(most, min(inFlight, Int(MAXIMUM_NODES)) / size + 2)  // with those in flight
    if window > 0 { return Int(rows) * min(most, Int(window) / size + last) }
    return rows == 1 ? most : sequences > 1 ? Int(rows) * most : most + Int(rows) * last
  }

  /// Chunks of a row that one group has, at most: all of them, or with a split its share.
  private var chunksOfGroup: Int {
    if spans > 0 { return Int(min(spans, spansPerGroup) * ATTENTION_SPAN) }
    return spansOfCapacity * Int(ATTENTION_SPAN)
  }

  /// As many as a sequence may have.
  fileprivate var spansOfCapacity: Int {
    AttentionSplit.spans(
      capacity: pageSize == 0 ? Int(slots) : Int(pageSize) * Int(pagesPerSequence))
  }

  /// Rows that one group of attentionSpread.glsl has, `chosen` if that is not 0.
  fileprivate func sharingRows(most: U32, chosen: U32) -> U32 {
    chosen != 0 ? min(chosen, most) : [1, 2].first { $0 >= min(rows, most) } ?? most
  }

  /// Query heads of a key head.
  fileprivate var sharing: U32 { heads / keyHeads }

  /// Heads that one group of attentionChunk.glsl has; its 64 lanes have eight columns each.
  fileprivate func sharingHeads(most: U32) -> U32 {
    guard headSize % 8 == 0 else { return 1 }
    return [4, 2].first { $0 <= most && sharing % $0 == 0 && headSize / 8 * $0 <= 64 } ?? 1
  }

  private var dotChunks: Int { (Int(headSize) + Int(DOT_CHUNK) - 1) / Int(DOT_CHUNK) }

  /// attentionShuffle.glsl: scores, their maxima, eight groups of values, the merge or store. The driver's own
  /// rearrangements added up to 17 in every shape that was measured.
  fileprivate func shufflePasses(vectors: U32, _ unrolling: Tuning.Unrolling) -> Int {
    let steps = 8 / Int(unrolling.step)
    let scores = 1 + steps * (Int(headSize) / 8 + 2 * dotChunks + 2)
    return 1 + scores + 2 * (Int(vectors) + 1) + 9 + 8 * (8 / Int(unrolling.times) + 1) + 22
  }

  /// attentionChunk.glsl: scores and values; the driver unrolls the loops over a lane's keys. As measured, with room.
  fileprivate var chunkPasses: Int {
    Int(headSize) / (headSize % 8 == 0 ? 8 : 2) + 3 * dotChunks + Int(ATTENTION_CHUNK) + 22
  }

  /// attentionSpread.glsl: tiles of 64 columns, eight columns a pass; values some keys a pass.
  fileprivate func spreadPasses(rows: U32, ahead: U32) -> Int {
    let tiles = (Int(headSize) + 63) / 64
    return Int(headSize) / 8 + 2 * tiles + Int(ATTENTION_CHUNK / ahead) + 8 * Int(rows) + 24
  }
}
