import ShaderInterface

extension Reference {
  /// sums[r][g] = the sum of the weights of row r whose token is in group g; groups that are not below `groups` are left out.
  ///
  /// `weights`: u32 [rows][vocabulary]; `groups`: u32 [vocabulary]; `sums`: u32 [rows][groups].
  public static func groupSums(
    _ p: ShaderInterface.GroupSums, weights: UnsafeBufferPointer<UInt32>,
    groups: UnsafeBufferPointer<UInt32>, sums: UnsafeMutableBufferPointer<UInt32>
  ) {
    let (vocabulary, count) = (Int(p.vocabulary), Int(p.groups))
    for r in 0..<Int(p.rows) {
      for g in 0..<count { sums[r * count + g] = 0 }
      for v in 0..<vocabulary where groups[v] < p.groups {
        sums[r * count + Int(groups[v])] &+= weights[r * vocabulary + v]
      }
    }
  }
}
