import ShaderInterface

extension Reference {
  /// The rows of each matrix in ascending order, cut in groups of `rowsPerGroup`; rows without a matrix come last.
  ///
  /// `choices`: u32 [rows]; `schedule`: u32 [groups][1 + rowsPerGroup], a group's matrix, then its rows.
  public static func sortChoices(
    _ p: ShaderInterface.SortChoices, choices: UnsafeBufferPointer<UInt32>,
    schedule: UnsafeMutableBufferPointer<UInt32>
  ) {
    let size = Int(p.rowsPerGroup)
    var words: [UInt32] = []
    for matrix in 0...p.matrices {
      let rows = (0..<p.rows).filter { min(choices[Int($0)], p.matrices) == matrix }
      for start in stride(from: 0, to: rows.count, by: size) {
        let group = rows[start..<min(start + size, rows.count)]
        words += [matrix < p.matrices ? matrix : NO_MATRIX] + group
        words += [UInt32](repeating: NO_ROW, count: size - group.count)
      }
    }
    for i in 0..<Int(p.groups) * (1 + size) { schedule[i] = i < words.count ? words[i] : NO_ROW }
  }
}
