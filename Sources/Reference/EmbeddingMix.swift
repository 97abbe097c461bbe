import Numerics
import ShaderInterface

extension Reference {
  /// out[r] = round(sum over j, in order from +0, of flush(flush(weights[firstRow + r][j]) * table[token j])).
  ///
  /// A token that is not below `vocabulary` is left out. `tokens`: u32 [firstRow + rows][count]; `weights`: f32,
  /// the same shape; `table`: f16 [vocabulary][columns] in words; `out`: f32 [rows][columns].
  public static func embeddingMix(
    _ p: ShaderInterface.EmbeddingMix, tokens: UnsafeBufferPointer<UInt32>,
    weights: UnsafeBufferPointer<Float>, table: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    embeddingMix(p, tokens: tokens, weights: weights, out: out) { float(halves: table, at: $0) }
  }

  /// As `embeddingMix` of a `table` f32 [vocabulary][columns], whose values are flushed.
  public static func embeddingMixF32(
    _ p: ShaderInterface.EmbeddingMix, tokens: UnsafeBufferPointer<UInt32>,
    weights: UnsafeBufferPointer<Float>, table: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    embeddingMix(p, tokens: tokens, weights: weights, out: out) { flush(table[$0]) }
  }

  /// - Parameter value: the table's, by its index.
  @inline(__always)
  private static func embeddingMix(
    _ p: ShaderInterface.EmbeddingMix, tokens: UnsafeBufferPointer<UInt32>,
    weights: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>, value: (Int) -> Float
  ) {
    let columns = Int(p.columns)
    let count = Int(p.count)
    for r in 0..<Int(p.rows) {
      let first = (Int(p.firstRow) + r) * count
      for c in 0..<columns {
        var sum: Float = 0
        for j in 0..<count where tokens[first + j] < p.vocabulary {
          sum = sum + flush(flush(weights[first + j]) * value(Int(tokens[first + j]) * columns + c))
        }
        out[r * columns + c] = rounded(sum, to: p.significantBits)
      }
    }
  }
}
