import Numerics
import ShaderInterface

extension Reference {
  /// The `count` tokens of the greatest keys log(weight) - log(total) + Gumbel noise, greatest first, ties to the lowest token.
  ///
  /// `weights`: u32 [rows][vocabulary]; `totals`: u32 [rows][2]; `depths`: u32 [rows]; `state`: u32;
  /// `owners`: u32 [rows], read in a batch; `tokens`: u32 [rows][count]; `keys`: f32 [rows][count].
  /// `NO_TOKEN` and -infinity once no token of positive weight is left.
  public static func drawGumbel(
    _ p: ShaderInterface.DrawGumbel, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, depths: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>,
    tokens: UnsafeMutableBufferPointer<UInt32>, keys: UnsafeMutableBufferPointer<Float>
  ) {
    let (vocabulary, count) = (Int(p.vocabulary), Int(p.count))
    for r in 0..<Int(p.rows) {
      var best: [(key: Float, token: UInt32)] = []
      if let own = rowState(r, state, owners: owners, sequences: p.sequences), totals[2 * r] > 0 {
        let node = UInt32(r) &- (p.sequences > 1 ? own[Int(STATE_FIRST_NODE)] : 0)
        let logTotal = logPositive(leadingFloat(totals[2 * r]))
        for v in 0..<vocabulary where weights[r * vocabulary + v] > 0 {
          let noise = gumbelNoise(
            seed: seed(of: own), position: own[Int(STATE_LENGTH)] &+ depths[r] &+ 1, token: UInt32(v),
            stream: p.stream &+ (p.rowStreams != 0 ? node : 0))
          let logProbability = logPositive(leadingFloat(weights[r * vocabulary + v])) - logTotal
          best.append((flush(logProbability + noise), UInt32(v)))
        }
        best.sort { ($1.key, $0.token) < ($0.key, $1.token) }
      }
      for c in 0..<count {
        tokens[r * count + c] = c < best.count ? best[c].token : NO_TOKEN
        keys[r * count + c] = c < best.count ? best[c].key : -.infinity
      }
    }
  }
}
