import Numerics
import ShaderInterface

extension Reference {
  /// out[s] = x[sources[s]], 0 if there is no such sequence. `x`, `out`: u32 [sequences][words]; `sources`: u32 [sequences].
  public static func gatherSequences(
    _ p: ShaderInterface.GatherSequences, x: UnsafeBufferPointer<UInt32>,
    sources: UnsafeBufferPointer<UInt32>, out: UnsafeMutableBufferPointer<UInt32>
  ) {
    let words = Int(p.words)
    for s in 0..<Int(p.sequences) {
      for w in 0..<words {
        out[s * words + w] = sources[s] < p.sequences ? x[Int(sources[s]) * words + w] : 0
      }
    }
  }
}
