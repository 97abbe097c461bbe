import ShaderInterface

extension Tuning {
  /// Query vectors that share the keys of a group: more spill, and take the driver seconds to compile.
  private static let sharingVectors: U32 = 4
  /// Passes of the loops that list visible rows and load queries, at most.
  private static let otherPasses = 5000

  /// A call carries keys a lane, the cache's format and rows a group; zeros are open.
  func attention(_ call: Invocation, _ layout: inout Layout) throws(BackendError) {
    let (keysPerLane, format, rowsPerGroup) = (
      call.specialization[0], call.specialization[1], call.specialization[2]
    )
    let p = call.constants.withUnsafeBytes { $0.loadUnaligned(as: ShaderInterface.TreeAttention.self) }
    let chunks = Self.chunks(p, apart: call.kernel == .attentionChunks)
    if shuffles && call.kernel == .treeAttention && keysPerLane == 0 && p.headSize % 8 == 0 {
      let sharing = p.heads / p.keyHeads  // query heads of a key head
      let heads: U32 = (1...Self.sharingVectors).last(where: { sharing % $0 == 0 }) ?? 1
      let fitting: U32 =
        [4, 2, 1].first(where: { $0 * heads <= Self.sharingVectors && $0 < 2 * p.rows }) ?? 1
      let rows = rowsPerGroup == 0 ? fitting : rowsPerGroup
      // Scores, values, softmax and merge of treeAttentionShuffle.comp.
      let passes = 2 * (Int(p.headSize) / 8 + 3) + 8 * 5 + 2 * Int(rows * heads) + 1
      if allows(chunks * passes) {
        layout.stem += "Shuffle"
        layout.specialization = [rows * heads, format, heads, (p.headSize + 63) / 64]
        layout.groups = (Int((p.rows + rows - 1) / rows), Int(p.heads / heads))
        return
      }
    }
    layout.specialization = [keysPerLane == 0 ? attentionKeysPerLane : keysPerLane, format]
    // Scores, values, maxima and merge of attentionChunk.glsl.
    let passes = Int(p.headSize) / (p.headSize % 8 == 0 ? 8 : 2) + 2 + Int(ATTENTION_CHUNK) + 16 + 1
    guard allows(chunks * passes) else {
      throw .unsupported(
        kernel: layout.stem,
        reason: "llvmpipe ends loops too early for \(chunks) chunks of 64 keys in a group; split the keys")
    }
  }

  private func allows(_ passes: Int) -> Bool {
    loopPasses.map { passes + Self.otherPasses <= $0 } ?? true
  }

  /// Chunks of keys that one group may have.
  private static func chunks(_ p: ShaderInterface.TreeAttention, apart: Bool) -> Int {
    if apart { return Int(p.chunksPerGroup) }
    let capacity = p.pageSize == 0 ? Int(p.slots) : Int(p.pageSize) * Int(p.pagesPerSequence)
    return (capacity + Int(ATTENTION_CHUNK) - 1) / Int(ATTENTION_CHUNK)
  }
}
