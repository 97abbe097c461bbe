import Numerics
import ShaderInterface

extension Reference {
  /// tokens[first + i] = candidates[source[i]]. All u32; `source`: [count].
  public static func gatherTokens(
    _ p: ShaderInterface.GatherTokens, candidates: UnsafeBufferPointer<UInt32>,
    source: UnsafeBufferPointer<UInt32>, tokens: UnsafeMutableBufferPointer<UInt32>
  ) {
    for i in 0..<Int(p.count) { tokens[Int(p.first) + i] = candidates[Int(source[i])] }
  }
}
