import Numerics
import ShaderInterface

extension Reference {
  /// out[r] = the `count` best tokens, greater value first, ties to the lowest token; values[r] = their logits.
  ///
  /// `logits`: f32 [rows][vocabulary]; `out`: u32, `values`: f32 [rows][count]. NaN counts as -infinity, -0 as +0;
  /// `NO_TOKEN` and -infinity from the vocabulary's end on.
  public static func topTokens(
    _ p: ShaderInterface.TopTokens, logits: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<UInt32>, values: UnsafeMutableBufferPointer<Float>
  ) {
    let (vocabulary, count) = (Int(p.vocabulary), Int(p.count))
    for r in 0..<Int(p.rows) {
      let row = logits[r * vocabulary..<(r + 1) * vocabulary].map { value -> Float in
        value.isNaN ? -.infinity : value == 0 ? 0 : value
      }
      let order = row.indices.sorted { row[$0] > row[$1] || (row[$0] == row[$1] && $0 < $1) }
      for c in 0..<count {
        out[r * count + c] = c < vocabulary ? UInt32(order[c]) : NO_TOKEN
        if p.hasValues != 0 { values[r * count + c] = c < vocabulary ? row[order[c]] : -.infinity }
      }
    }
  }
}
