import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

/// The law of the best path's tokens against real numbers, where integers no longer hold its powers.
@Suite struct PathSkewTests {
  /// A row of a path, in real numbers: A and B of the prefix, and the law after it.
  private struct Exact {
    var lower = 0.0
    var width = 1.0
    let paths: Int

    func law(_ draft: [UInt32], _ above: [UInt32]) -> [Double] {
      let total = draft.reduce(0) { $0 + Double($1) }
      let sums = draft.indices.map { y in
        let reached = (total - Double(above[y])) / total
        let a = lower + width * reached
        let b = lower + width * (reached - Double(draft[y]) / total)
        return (0..<paths).reduce(0) { $0 + pow(a, Double($1)) * pow(b, Double(paths - 1 - $1)) }
      }
      let all = zip(draft, sums).reduce(0) { $0 + Double($1.0) * $1.1 }
      return zip(draft, sums).map { Double($0) * $1 / all }
    }

    mutating func append(_ weight: UInt32, _ above: UInt32, _ total: Double) {
      let reached = (total - Double(above)) / total
      let share = Double(weight) / total
      let end = lower + width * reached
      (lower, width) = ((lower + width * (reached - share)) / end, width * share / end)
    }
  }

  private func row(_ random: inout SplitMix64, _ count: Int, _ bits: Int) -> [UInt32] {
    var row = (0..<count).map { _ in
      UInt32.random(in: 0...UInt32(1 << bits) / UInt32(count), using: &random)
        >> UInt32.random(in: 0..<12, using: &random)
    }
    row[Int.random(in: 0..<count, using: &random)] += 1 << UInt32(bits - 2)
    return row
  }

  /// The order of tokens: any will do.
  private func above(_ row: [UInt32], _ random: inout SplitMix64) -> [UInt32] {
    var (list, sum) = ([UInt32](repeating: 0, count: row.count), UInt32(0))
    for y in row.indices.shuffled(using: &random) {
      list[y] = sum
      sum += row[y]
    }
    return list
  }

  /// Tokens drawn from the row by its law, a path of eight rows for each seed.
  @Test(arguments: [1, 2, 3, 4, 8, 16], [2, 7, 60, 3000])
  func rowsAreWithinTheirBound(paths: Int, vocabulary: Int) {
    for seed in 1...12 as ClosedRange<UInt64> {
      var random = SplitMix64(seed)
      var skew = PathSkew(paths: paths)
      var exact = Exact(paths: paths)
      for depth in 0..<8 {
        let draft = row(&random, vocabulary, seed % 3 == 0 ? 12 : 30)
        let total = draft.reduce(0, +)
        let above = above(draft, &random)
        let weights = skew.weights(draft, total: total, above: above)
        let sum = weights.reduce(0) { $0 + Double($1) }
        #expect(sum < 0x1p31 && zip(draft, weights).allSatisfy { ($0 == 0) == ($1 == 0) })
        let law = exact.law(draft, above)
        let distance = zip(law, weights).reduce(0) { $0 + abs($1.0 - Double($1.1) / sum) } / 2
        let (k, tokens) = (Double(paths), Double(draft.count { $0 > 0 }))
        #expect(
          distance <= (tokens + k * Double(depth) + k * k * k) * 0x1p-29, "depth \(depth), seed \(seed)")
        var y = UInt32.random(in: 0..<UInt32(sum), using: &random)
        let token = weights.indices.first { index in
          if y < weights[index] { return true }
          y -= weights[index]
          return false
        }!
        skew.append(draft[token], above: above[token], total: total)
        exact.append(draft[token], above[token], Double(total))
      }
    }
  }
}
