import ShaderInterface

extension Reference {
  /// out[r][j] = x[r][indices[j]], or of the row's own list; `missing` if there is no such column.
  ///
  /// `x`: u32 [rows][columns]; `indices`: u32 [1 or rows][count]; `out`: u32 [rows][count].
  public static func gatherColumns(
    _ p: ShaderInterface.GatherColumns, x: UnsafeBufferPointer<UInt32>, indices: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<UInt32>
  ) {
    let (columns, count) = (Int(p.columns), Int(p.count))
    for r in 0..<Int(p.rows) {
      for j in 0..<count {
        let column = Int(indices[(p.rowLists != 0 ? r * count : 0) + j])
        out[r * count + j] = column < columns ? x[r * columns + column] : p.missing
      }
    }
  }
}
