import ShaderInterface

extension CommandList {
  /// The weight of each group of tokens in each row: a group's probability is its sum over the row's total.
  ///
  /// - Parameters:
  ///   - rows: u32 weights `[rowCount][vocabulary]`; their totals are not read.
  ///   - groups: u32 `[vocabulary]`, the group of each token; a number that is not below `groupCount` is no group.
  ///   - sums: u32 `[rowCount][groupCount]`, exact since a total is below 2^31.
  ///   - groupCount: at most the greatest vocabulary.
  public func groupSums(
    _ rows: DistributionRows, groups: Tensor<UInt32>, sums: Tensor<UInt32>, rowCount: Int, groupCount: Int
  ) {
    call(.groupSums) { kernel throws(Refusal) in
      try requireSizes(rowCount, groupCount)
      try rows.check(rows: rowCount, "rows")
      try require(
        groupCount >= 1 && groupCount <= Int(MAXIMUM_VOCABULARY),
        "\(groupCount) groups, 1 to \(MAXIMUM_VOCABULARY) are possible")
      try require(groups, rows.vocabulary, "groups")
      try require(sums, rowCount * groupCount, "sums")
      let p = ShaderInterface.GroupSums(
        rows: UInt32(rowCount), vocabulary: UInt32(rows.vocabulary), groups: UInt32(groupCount))
      return Invocation(
        kernel, p, [.read(rows.weights), .read(groups), .readWrite(sums)], groups: (rowCount, 1))
    }
  }
}
