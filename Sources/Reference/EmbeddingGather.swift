import Numerics
import ShaderInterface

extension Reference {
  /// out[r] = table[tokens[firstRow + r]]; +0 everywhere for a token that is not below `vocabulary`.
  ///
  /// `tokens`: u32; `table`: f16 [vocabulary][columns] in words; `out`: f32 [rows][columns].
  public static func embeddingGather(
    _ p: ShaderInterface.EmbeddingGather, tokens: UnsafeBufferPointer<UInt32>,
    table: UnsafeBufferPointer<UInt32>, out: UnsafeMutableBufferPointer<Float>
  ) {
    let columns = Int(p.columns)
    for r in 0..<Int(p.rows) {
      let token = tokens[Int(p.firstRow) + r]
      for c in 0..<columns {
        out[r * columns + c] =
          token < p.vocabulary ? flush(float(halves: table, at: Int(token) * columns + c)) : 0
      }
    }
  }
}
