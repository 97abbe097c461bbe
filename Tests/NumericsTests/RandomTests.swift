import Foundation
import Numerics
import Testing

@Suite struct RandomTests {
  /// Two roles with one number would draw the same words.
  @Test func rolesDiffer() throws {
    let header = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Shaders/shared/contract.h")
    let text = try String(contentsOf: header, encoding: .utf8)
    let roles = text.matches(of: /#define ROLE_\w+ (\d+)u/).map { Int($0.1)! }
    #expect(roles.count >= 12 && Set(roles).count == roles.count)
  }

  /// Known answers published with Random123 (kat_vectors, philox4x32 10).
  @Test func philoxGivesThePublishedWords() {
    let ones = UInt32.max
    #expect(
      Philox.words(counter: .zero, key: .zero)
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      Philox.words(counter: SIMD4(repeating: ones), key: SIMD2(repeating: ones))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox.words(
        counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
        key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  /// The contract's words, replayed: the smallest covering mask, then the first candidate below the bound.
  /// All candidates under a mask are equally likely, so each value of a bound is too.
  @Test func uniformIsTheFirstMaskedCandidateBelowTheBound() {
    let bounds = Array(1...600) + [1 << 31, (1 << 31) + 1, 1 << 32, (1 << 62) - 1, 1 << 63, .max] as [UInt64]
    for bound in bounds {
      var width: UInt64 = 0
      while width < 64, (bound - 1) >> width != 0 { width += 1 }
      for position in 0..<8 as Range<UInt32> {
        var expected: UInt64?
        for attempt in 0..<128 as Range<UInt32> where expected == nil {
          let w = Philox.words(counter: SIMD4(position, 7, 3, attempt), key: SIMD2(0x89ab_cdef, 0x0123_4567))
          let all = UInt64(w[1]) * 0x1_0000_0000 + UInt64(w[0])
          let candidate = width == 64 ? all : all % (1 << width)
          if candidate < bound { expected = candidate }
        }
        let random = KeyedRandom(seed: 0x0123_4567_89ab_cdef, position: position, role: 3, index: 7)
        #expect(random.uniform(below: bound) == expected)
      }
    }
  }

  @Test func nothingBelowZeroIsAllOnes() {
    var source = KeyedUniforms(seed: 1)
    #expect(source.uniform(below: 0 as UInt64, role: 1, position: 2, index: 3) == .max)
    #expect(source.uniform(below: 0 as UInt128, role: 1, position: 2, index: 3) == UInt128.max >> 32)
  }

  /// Chi-squared over positions: with 5 values and 100,000 draws, above 23.5 has a probability of 1e-4.
  @Test func smallBoundsAreUniformOverPositions() {
    var counts = [Double](repeating: 0, count: 5)
    var source = KeyedUniforms(seed: 11)
    for position in 0..<100_000 as Range<UInt32> {
      counts[Int(source.uniform(below: 5, role: 1, position: position, index: 0))] += 1
    }
    let chiSquared = counts.map { ($0 - 20_000) * ($0 - 20_000) / 20_000 }.reduce(0, +)
    #expect(chiSquared > 0 && chiSquared < 23.5)
  }

  @Test func everyPartOfTheKeyCounts() {
    let base = KeyedRandom(seed: 1, position: 2, role: 3, index: 4)
    let others = [
      KeyedRandom(seed: 2, position: 2, role: 3, index: 4),
      KeyedRandom(seed: 1 << 32 | 1, position: 2, role: 3, index: 4),
      KeyedRandom(seed: 1, position: 3, role: 3, index: 4),
      KeyedRandom(seed: 1, position: 2, role: 4, index: 4),
      KeyedRandom(seed: 1, position: 2, role: 3, index: 5),
    ]
    let values = ([base] + others).map { $0.uniform(below: UInt64.max) }
    #expect(Set(values).count == values.count)
  }
}
