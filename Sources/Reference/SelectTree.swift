import Numerics
import ShaderInterface

extension Reference {
  /// The best candidates of a grown tree as a token tree, in the order of the candidates.
  ///
  /// `tokens`: u32, `scores`: f32 [sequences][maximumRows][count]; `rowParents`: u32 [sequences][maximumRows];
  /// `state`: u32 [sequences][STATE_WORDS]; `nodeTokens`, `nodeParents`, `sources`: u32 [capacity].
  public static func selectTree(
    _ p: ShaderInterface.SelectTree, tokens: UnsafeBufferPointer<UInt32>, scores: UnsafeBufferPointer<Float>,
    rowParents: UnsafeBufferPointer<UInt32>, state: UnsafeMutableBufferPointer<UInt32>,
    nodeTokens: UnsafeMutableBufferPointer<UInt32>, nodeParents: UnsafeMutableBufferPointer<UInt32>,
    sources: UnsafeMutableBufferPointer<UInt32>
  ) {
    let count = Int(p.count)
    for s in 0..<Int(p.sequences) {
      let own = PackedSequence(state: state, sequence: s)
      guard own.fits(nodes: p.nodes, capacity: p.capacity) else { continue }
      let storeRow = s * Int(p.maximumRows)
      func score(_ candidate: Int) -> Float { scores[storeRow * count + candidate] }
      var kept = (0..<Int(p.rows) * count).filter { score($0) > -.infinity }
        .sorted { score($0) > score($1) || (score($0) == score($1) && $0 < $1) }
        .prefix(Int(p.nodes) - 1).sorted()
      func parent(_ candidate: Int) -> Int? {
        if candidate < count { return 0 }
        let above = Int(rowParents[storeRow + candidate / count])
        return above < candidate ? kept.firstIndex(of: above).map { $0 + 1 } : nil
      }
      var parents = kept.map { parent($0) }
      if parents.contains(nil) {
        own.add(status: STATUS_MALFORMED_TREE)
        (kept, parents) = ([], [])
      }
      own.nodes = UInt32(1 + kept.count)
      nodeParents[own.first] = NO_NODE
      sources[own.first] = NO_NODE
      for (i, candidate) in kept.enumerated() {
        nodeTokens[own.first + 1 + i] = tokens[storeRow * count + candidate]
        nodeParents[own.first + 1 + i] = UInt32(parents[i]!)
        sources[own.first + 1 + i] = UInt32(candidate)
      }
    }
  }
}
