import ShaderInterface

extension Reference {
  /// out[s][targets[s][i]] = x[s][i] for the targets below `rows`, i ascending, so that the last row of a target stays.
  ///
  /// `x`: u32 [sequences][count][columns]; `targets`: u32 [sequences][count]; `out`: u32 [sequences][rows][columns].
  public static func scatterRows(
    _ p: ShaderInterface.ScatterRows, x: UnsafeBufferPointer<UInt32>, targets: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<UInt32>
  ) {
    let (columns, count) = (Int(p.columns), Int(p.count))
    for i in 0..<Int(p.sequences) * count where targets[i] < p.rows {
      let row = i / count * Int(p.rows) + Int(targets[i])
      for c in 0..<columns { out[row * columns + c] = x[i * columns + c] }
    }
  }
}
