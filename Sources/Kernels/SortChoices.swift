import ShaderInterface

/// The rows of a mixture of experts sorted by matrix, so that a matmul reads each matrix once for many rows.
public struct SortedChoices: Sendable {
  /// u32 `[groups][1 + rowsPerGroup]`: a group's matrix, then its rows.
  public let schedule: Tensor<UInt32>
  /// Rows that share one reading of a matrix, 1 to 64.
  public let rowsPerGroup: Int

  /// Memory of the caller's, ``wordCount(rows:matrices:rowsPerGroup:)`` words.
  public init(schedule: Tensor<UInt32>, rowsPerGroup: Int = 16) {
    self.schedule = schedule
    self.rowsPerGroup = rowsPerGroup
  }

  /// Groups that hold any `rows` choices among `matrices`: each matrix, and the rows without one, may leave one unfilled.
  ///
  /// `Int.max` for sizes that no schedule has, such as 0 rows a group: memory of that size is refused.
  public static func groups(rows: Int, matrices: Int, rowsPerGroup: Int = 16) -> Int {
    guard rows >= 0, matrices >= 0, rowsPerGroup >= 1 else { return .max }
    return SizeArithmetic.sum(rows / rowsPerGroup, min(rows, SizeArithmetic.sum(matrices, 1)))
  }

  /// Words of the schedule for `rows` choices among `matrices`; `Int.max` as for ``groups(rows:matrices:rowsPerGroup:)``.
  public static func wordCount(rows: Int, matrices: Int, rowsPerGroup: Int = 16) -> Int {
    SizeArithmetic.product(
      groups(rows: rows, matrices: matrices, rowsPerGroup: rowsPerGroup), SizeArithmetic.sum(1, rowsPerGroup))
  }
}

extension CommandList {
  /// Sorts choices by matrix, for ``MatrixChoices/sorted``. Exact: the order is written down, though no result depends
  /// on it.
  ///
  /// - Parameters:
  ///   - choices: u32 `[rows]`, rows of x times choices a row.
  ///   - out: u32 `[groups][1 + rowsPerGroup]`, rows of a matrix ascending.
  ///   - rows: at most 65,535.
  ///   - matrices: at most 1,024.
  public func sortChoices(_ choices: Tensor<UInt32>, out: SortedChoices, rows: Int, matrices: Int) {
    call(.sortChoices) { kernel throws(Refusal) in
      try requireSizes(rows, matrices, out.rowsPerGroup)
      try require(rows >= 1 && rows <= 65_535, "\(rows) rows")
      try require(
        matrices >= 1 && matrices <= Int(MAXIMUM_SORTED_MATRICES),
        "\(matrices) matrices, 1 to \(MAXIMUM_SORTED_MATRICES) are possible")
      try require(
        (1...64).contains(out.rowsPerGroup), "\(out.rowsPerGroup) rows a group, 1 to 64 are possible")
      try require(choices, rows, "choices")
      let size = out.rowsPerGroup
      try require(
        out.schedule, SortedChoices.wordCount(rows: rows, matrices: matrices, rowsPerGroup: size), "schedule")
      let p = ShaderInterface.SortChoices(
        rows: UInt32(rows), matrices: UInt32(matrices), rowsPerGroup: UInt32(size),
        groups: UInt32(SortedChoices.groups(rows: rows, matrices: matrices, rowsPerGroup: size)))
      return Invocation(kernel, p, [.read(choices), .write(out.schedule)], groups: (1, 1))
    }
  }
}
