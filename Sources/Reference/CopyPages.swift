import Numerics
import ShaderInterface

extension Reference {
  /// Copies whole pages in every plane. `copies`: u32 [sequences][2], from and to; `cache`: u32 [planes][planeWords].
  public static func copyPages(
    _ p: ShaderInterface.CopyPages, copies: UnsafeBufferPointer<UInt32>,
    cache: UnsafeMutableBufferPointer<UInt32>
  ) {
    let words = Int(p.pageWords)
    for s in 0..<Int(p.sequences) where copies[2 * s] < p.pages && copies[2 * s + 1] < p.pages {
      let (from, to) = (Int(copies[2 * s]), Int(copies[2 * s + 1]))
      for plane in 0..<Int(p.planes) {
        let origin = plane * Int(p.planeWords)
        for w in 0..<words { cache[origin + to * words + w] = cache[origin + from * words + w] }
      }
    }
  }
}
