import ShaderInterface

extension Reference {
  /// out[targets[i]] = x[i] for the targets below `rows`, i ascending, so that the last row of a target stays.
  ///
  /// `x`: u32 [count][columns]; `targets`: u32 [count]; `out`: u32 [rows][columns].
  public static func scatterRows(
    _ p: ShaderInterface.ScatterRows, x: UnsafeBufferPointer<UInt32>, targets: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<UInt32>
  ) {
    let columns = Int(p.columns)
    for i in 0..<Int(p.count) where targets[i] < p.rows {
      for c in 0..<columns { out[Int(targets[i]) * columns + c] = x[i * columns + c] }
    }
  }
}
