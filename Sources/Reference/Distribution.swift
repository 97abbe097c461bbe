import Numerics
import ShaderInterface

/// What one row's logits go through.
private struct RowWarp {
  let inverseTemperature: Float
  let topK, topP, leastWeight, typicalP: UInt32

  init(_ p: ShaderInterface.Distribution) {
    inverseTemperature = p.inverseTemperature
    (topK, topP, typicalP) = (p.topK, p.topP, p.typicalP)
    leastWeight = min(p.leastWeight, UInt32(WEIGHT_SCALE))
  }

  init(_ warps: UnsafeBufferPointer<UInt32>, row: Int) {
    let words = Array(warps[row * Int(WARP_WORDS)..<(row + 1) * Int(WARP_WORDS)])
    inverseTemperature = Float(bitPattern: words[0])
    (topK, topP, typicalP) = (words[1], words[2], words[4])
    leastWeight = min(words[3], UInt32(WEIGHT_SCALE))
  }

  var hasTemperature: Bool { Reference.isInverseTemperature(inverseTemperature) }
}

extension Reference {
  /// Integer weights of the softmax at a temperature, then min-p, then top-k, then scaled to a total below 2^31, then top-p,
  /// then typical-p.
  ///
  /// `logits`: f32 [rows][vocabulary]; `weights`: u32 [rows][vocabulary]; `totals`: u32 [rows][2]: total, status.
  /// `warps`: u32 [rows][`WARP_WORDS`], with p.rowWarps. With a status all weights and the total are 0.
  public static func distribution(
    _ p: ShaderInterface.Distribution, logits: UnsafeBufferPointer<Float>,
    weights: UnsafeMutableBufferPointer<UInt32>, totals: UnsafeMutableBufferPointer<UInt32>,
    warps: UnsafeBufferPointer<UInt32> = UnsafeBufferPointer(start: nil, count: 0)
  ) {
    let vocabulary = Int(p.vocabulary)
    for r in 0..<Int(p.rows) {
      let warp = p.rowWarps == 0 ? RowWarp(p) : RowWarp(warps, row: r)
      let status =
        warp.hasTemperature ? rowStatus(logits, row: r, vocabulary: vocabulary) : STATUS_NOT_FINITE
      var row = [UInt64](repeating: 0, count: vocabulary)
      if status == STATUS_OK {
        let z = logits[r * vocabulary..<(r + 1) * vocabulary].map { flush($0) }
        let m = z.reduce(-.infinity, maximum)
        row = z.map { UInt64(expNonPositive(($0 - m) * warp.inverseTemperature) * WEIGHT_SCALE) }
        for v in row.indices where row[v] < warp.leastWeight { row[v] = 0 }
        keepTop(&row, warp.topK)
        scaleDown(&row)
        keepShare(&row, warp.topP, of: ranking(row))
        if warp.typicalP > 0 { keepShare(&row, warp.typicalP, of: typicality(row)) }
      }
      for v in 0..<vocabulary { weights[r * vocabulary + v] = UInt32(row[v]) }
      totals[2 * r] = UInt32(row.reduce(0, +))
      totals[2 * r + 1] = status
    }
  }

  /// Tokens by greater weight, then lower token.
  private static func ranking(_ row: [UInt64]) -> [Int] {
    row.indices.sorted { row[$0] > row[$1] || (row[$0] == row[$1] && $0 < $1) }
  }

  /// Keeps the `count` greatest weights, all with 0; the others become 0.
  private static func keepTop(_ row: inout [UInt64], _ count: UInt32) {
    guard count > 0 else { return }
    for v in ranking(row).dropFirst(Int(count)) { row[v] = 0 }
  }

  /// Shifts every weight right by the smallest shift that makes the sum's shift less than 2^`TOTAL_BITS`.
  private static func scaleDown(_ row: inout [UInt64]) {
    let sum = row.reduce(0, +)
    var shift: UInt64 = 0
    while sum >> shift >= 1 << UInt64(TOTAL_BITS) { shift += 1 }
    for v in row.indices { row[v] >>= shift }
  }

  /// Tokens of positive weight by how near their logarithm is to the mean of all, then lower token.
  ///
  /// log(total) less that mean is the entropy, log(total) less a token's logarithm its information.
  private static func typicality(_ row: [UInt64]) -> [Int] {
    let tokens = row.indices.filter { row[$0] > 0 }
    let mean = tokens.reduce(0) { $0 + row[$1] * weightLogarithm(row[$1]) } / row.reduce(0, +)
    let distance = row.map { $0 > 0 ? abs(Int(weightLogarithm($0)) - Int(mean)) : 0 }
    return tokens.sorted { (distance[$0], $0) < (distance[$1], $1) }
  }

  /// floor(log(weight) * `LOGARITHM_SCALE`), of the weight's 24 leading bits.
  static func weightLogarithm(_ weight: UInt64) -> UInt64 {
    UInt64(logPositive(leadingFloat(UInt32(weight))) * LOGARITHM_SCALE)
  }

  /// Keeps the shortest prefix of an order that holds a share of at least `share` * 2^-32, all with 0.
  private static func keepShare(_ row: inout [UInt64], _ share: UInt32, of order: [Int]) {
    guard share > 0 else { return }
    let product = row.reduce(0, +) * UInt64(share)
    let need = max((product + 0xffff_ffff) >> 32, 1)
    var sum: UInt64 = 0
    for v in order {
      if sum >= need { row[v] = 0 } else { sum += row[v] }
    }
  }
}
