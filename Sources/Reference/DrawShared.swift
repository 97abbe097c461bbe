import Numerics
import ShaderInterface

extension Reference {
  /// out[r] = (token, status) of argmax(y + noise), then of argmax(ratio * y + rest * z + noise), y and z the rows' logits over the
  /// temperature.
  ///
  /// `a`, `b`: f32 [rows][vocabulary]; `depths`: u32 [rows]; `state`: u32; `owners`: u32 [rows], read in a batch;
  /// `out`: u32 [rows][4]; `warps`: u32 [rows][`WARP_WORDS`], with p.rowWarps. With a status the token is 0.
  public static func drawShared(
    _ p: ShaderInterface.DrawShared, a: UnsafeBufferPointer<Float>, b: UnsafeBufferPointer<Float>,
    depths: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    owners: UnsafeBufferPointer<UInt32>, out: UnsafeMutableBufferPointer<UInt32>,
    warps: UnsafeBufferPointer<UInt32> = UnsafeBufferPointer(start: nil, count: 0)
  ) {
    let vocabulary = Int(p.vocabulary)
    for r in 0..<Int(p.rows) {
      var picks: [(token: UInt32, status: UInt32)] = [(0, STATUS_MALFORMED_TREE), (0, STATUS_MALFORMED_TREE)]
      if let own = rowState(r, state, owners: owners, sequences: p.sequences) {
        let t = inverseTemperature(p.inverseTemperature, rowWarps: p.rowWarps, warps, row: r)
        var keys = [[Float]](repeating: [Float](repeating: -.infinity, count: vocabulary), count: 2)
        for v in 0..<vocabulary where a[r * vocabulary + v] > -.infinity {
          let noise = gumbelNoise(
            seed: seed(of: own), position: own[Int(STATE_LENGTH)] &+ depths[r] &+ 1, token: UInt32(v),
            stream: p.stream)
          let y = tempered(a[r * vocabulary + v], t)
          keys[0][v] = y + noise
          guard b[r * vocabulary + v] > -.infinity else { continue }
          let z = tempered(b[r * vocabulary + v], t)
          keys[1][v] = flush(flush(p.ratio * y) + flush(p.rest * z)) + noise
        }
        let spoiled = [a, b].map { matrix in
          !isInverseTemperature(t)
            || matrix[r * vocabulary..<(r + 1) * vocabulary].contains { $0.isNaN || $0 == .infinity }
        }
        picks = [pick(keys[0], isSpoiled: spoiled[0]), pick(keys[1], isSpoiled: spoiled[0] || spoiled[1])]
      }
      for (i, pick) in picks.enumerated() {
        out[4 * r + 2 * i] = pick.token
        out[4 * r + 2 * i + 1] = pick.status
      }
    }
  }

  private static func pick(_ keys: [Float], isSpoiled: Bool) -> (token: UInt32, status: UInt32) {
    let greatest = keys.reduce(-.infinity, maximum)
    guard !isSpoiled, greatest > -.infinity, let token = keys.firstIndex(of: greatest) else {
      return (0, STATUS_NOT_FINITE)
    }
    return (UInt32(token), STATUS_OK)
  }
}
