import Numerics
import ShaderInterface

extension Reference {
  /// tokens[f + first + i] = candidates[s][source[i]], f the first node of sequence s, 0 for a sequence alone.
  ///
  /// `candidates`: u32 [sequences][candidates]; `source`: u32 [count]; `state`: u32; `tokens`: u32 [capacity].
  public static func gatherTokens(
    _ p: ShaderInterface.GatherTokens, candidates: UnsafeBufferPointer<UInt32>,
    source: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    tokens: UnsafeMutableBufferPointer<UInt32>
  ) {
    for s in 0..<Int(p.sequences) {
      let words = s * Int(STATE_WORDS)
      let root = p.sequences == 1 ? 0 : Int(state[words + Int(STATE_FIRST_NODE)])
      let nodes = p.sequences == 1 ? Int(p.capacity) : Int(state[words + Int(STATE_NODES)])
      for i in 0..<Int(p.count)
      where Int(p.first) + i < nodes && root + Int(p.first) + i < Int(p.capacity) {
        let exists = source[i] < p.candidates
        tokens[root + Int(p.first) + i] =
          exists ? candidates[s * Int(p.candidates) + Int(source[i])] : NO_TOKEN
      }
    }
  }
}
