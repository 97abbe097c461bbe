import Numerics
import ShaderInterface

extension Reference {
  /// Copies whole pages of keys and of values. `copies`: u32 [sequences][2], from and to; `keys`, `values`: u32
  /// [pages][pageWords].
  public static func copyPages(
    _ p: ShaderInterface.CopyPages, copies: UnsafeBufferPointer<UInt32>,
    keys: UnsafeMutableBufferPointer<UInt32>, values: UnsafeMutableBufferPointer<UInt32>
  ) {
    let words = Int(p.pageWords)
    for s in 0..<Int(p.sequences) where copies[2 * s] < p.pages && copies[2 * s + 1] < p.pages {
      let (from, to) = (Int(copies[2 * s]), Int(copies[2 * s + 1]))
      for part in [keys, values] {
        for w in 0..<words { part[to * words + w] = part[from * words + w] }
      }
    }
  }
}
