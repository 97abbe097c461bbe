import Numerics
import ShaderInterface

extension Reference {
  /// out[s][i] = x[s][sources[s][firstSource + i]], `missing` everywhere if there is no such row.
  ///
  /// `x`: u32 [sequences][rows][columns]; `sources`: u32 [sequences][sourceStride]; `out`: u32
  /// [sequences][count][columns].
  public static func gatherRows(
    _ p: ShaderInterface.GatherRows, x: UnsafeBufferPointer<UInt32>, sources: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<UInt32>
  ) {
    let (rows, columns, count) = (Int(p.rows), Int(p.columns), Int(p.count))
    for s in 0..<Int(p.sequences) {
      for i in 0..<count {
        let source = Int(sources[s * Int(p.sourceStride) + Int(p.firstSource) + i])
        let (from, to) = ((s * rows + source) * columns, (s * count + i) * columns)
        for c in 0..<columns { out[to + c] = source < rows ? x[from + c] : p.missing }
      }
    }
  }
}
