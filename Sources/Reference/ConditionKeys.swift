import Numerics
import ShaderInterface

extension Reference {
  /// Gumbel keys of a node's children under the condition that their greatest is the node's own key:
  /// -log(e^-G - e^-Z + e^-g), never above an earlier child's; and the children's sums of log-probabilities.
  ///
  /// `weights`: u32 [sequences][inputRows][vocabulary]; `totals`: u32 [sequences][inputRows][2]; `tokens`: u32, `keys`, `out`: f32
  /// [sequences][inputRows][count]; `rowParents`: u32 [sequences][maximumRows]; `scores`, `sums`: f32
  /// [sequences][maximumRows][count].
  public static func conditionKeys(
    _ p: ShaderInterface.ConditionKeys, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, tokens: UnsafeBufferPointer<UInt32>,
    keys: UnsafeBufferPointer<Float>, rowParents: UnsafeBufferPointer<UInt32>,
    scores: UnsafeBufferPointer<Float>, sums: UnsafeMutableBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    let (rows, count, firstRow, vocabulary) = (Int(p.rows), Int(p.count), Int(p.firstRow), Int(p.vocabulary))
    for s in 0..<Int(p.sequences) {
      let store = s * Int(p.maximumRows)
      for i in 0..<rows {
        let (row, input) = (firstRow + i, s * Int(p.inputRows) + Int(p.firstInput) + i)
        var (key, sum): (Float, Float) = (0, 0)
        if row > 0 {
          let parent = Int(rowParents[store + row])
          let exists = parent < firstRow * count
          key = exists ? flush(scores[store * count + parent]) : -.infinity
          sum = exists ? flush(sums[store * count + parent]) : -.infinity
        }
        let (total, greatest) = (totals[2 * input], flush(keys[input * count]))
        var least = key
        for j in 0..<count {
          let token = Int(tokens[input * count + j])
          let weight = total > 0 && token < vocabulary ? weights[input * vocabulary + token] : 0
          var (ownSum, ownKey) = (-Float.infinity, Float.nan)
          if weight > 0 {
            ownSum = flush(sum + (logPositive(leadingFloat(weight)) - logPositive(leadingFloat(total))))
            ownKey = conditionedKey(flush(keys[input * count + j]), greatest: greatest, of: key, sum: sum)
          }
          sums[(store + row) * count + j] = ownSum
          if ownKey < least { least = ownKey }
          out[input * count + j] = ownKey.isNaN ? -.infinity : least
        }
      }
    }
  }

  /// `key` and `greatest` without the node's `sum`, by which both are shifted.
  private static func conditionedKey(_ key: Float, greatest: Float, of node: Float, sum: Float) -> Float {
    let behind = flush(logOneMinusExp(key - greatest))
    return flush(node - Numerics.softplus((node - (sum + key)) + behind))
  }
}
