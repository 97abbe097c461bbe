import ShaderInterface

extension Reference {
  /// The weights of the listed tokens become 0 and leave the total.
  ///
  /// `tokens`: u32 [1 or rows][count]; `weights`: u32 [rows][vocabulary] and `totals`: u32 [rows][2], in place.
  public static func suppressTokens(
    _ p: ShaderInterface.SuppressTokens, tokens: UnsafeBufferPointer<UInt32>,
    weights: UnsafeMutableBufferPointer<UInt32>, totals: UnsafeMutableBufferPointer<UInt32>
  ) {
    let count = Int(p.count)
    for r in 0..<Int(p.rows) {
      let list = p.rowLists != 0 ? r * count : 0
      for token in tokens[list..<list + count] where token < p.vocabulary {
        let index = r * Int(p.vocabulary) + Int(token)
        totals[2 * r] &-= weights[index]
        weights[index] = 0
      }
    }
  }
}
