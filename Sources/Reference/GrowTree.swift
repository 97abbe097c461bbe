import Numerics
import ShaderInterface

extension Reference {
  /// Scores one depth's candidates with the sum along their path, or their own, and makes the best of them the next
  /// depth's rows.
  ///
  /// `logProbabilities`: f32, `candidates`: u32 [sequences][inputRows][count]; `scores`: f32, `tokens`: u32
  /// [sequences][maximumRows][count]; `rowParents`, `nodeTokens`, `nodeParents`: u32 [sequences][maximumRows].
  public static func growTree(
    _ p: ShaderInterface.GrowTree, logProbabilities: UnsafeBufferPointer<Float>,
    candidates: UnsafeBufferPointer<UInt32>, tokens: UnsafeMutableBufferPointer<UInt32>,
    scores: UnsafeMutableBufferPointer<Float>, rowParents: UnsafeMutableBufferPointer<UInt32>,
    nodeTokens: UnsafeMutableBufferPointer<UInt32>, nodeParents: UnsafeMutableBufferPointer<UInt32>
  ) {
    let (rows, count, firstRow) = (Int(p.rows), Int(p.count), Int(p.firstRow))
    for s in 0..<Int(p.sequences) {
      let storeRow = s * Int(p.maximumRows)
      func score(_ candidate: Int) -> Float { scores[storeRow * count + candidate] }
      var existing: [Int] = []
      for i in 0..<rows {
        let r = firstRow + i
        let parent = Int(rowParents[storeRow + r])
        let base = r == 0 ? 0 : parent < firstRow * count ? flush(score(parent)) : -.infinity
        for j in 0..<count {
          let input = (s * Int(p.inputRows) + Int(p.firstInput) + i) * count + j
          let own = flush(logProbabilities[input])
          var value = p.accumulates != 0 ? flush(base + own) : own
          if value > base { value = base }
          if value.isNaN || candidates[input] == NO_TOKEN { value = -.infinity }
          let c = r * count + j
          scores[storeRow * count + c] = value
          tokens[storeRow * count + c] = value > -.infinity ? candidates[input] : NO_TOKEN
          if value > -.infinity { existing.append(c) }
        }
      }
      existing.sort { score($0) > score($1) || (score($0) == score($1) && $0 < $1) }
      for i in 0..<Int(p.width) {
        let q = storeRow + firstRow + rows + i
        let c = i < existing.count ? existing[i] : nil
        rowParents[q] = c.map { UInt32($0) } ?? NO_NODE
        nodeTokens[q] = c.map { tokens[storeRow * count + $0] } ?? NO_TOKEN
        nodeParents[q] = c.map { UInt32($0 / count) } ?? 0
      }
    }
  }
}
