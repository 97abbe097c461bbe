import Foundation
import Numerics
import Testing

@testable import Models

/// Frequencies and tables against values computed by hand or with the formulas of the published code.
@Suite struct RotaryTableTests {
  private func expectClose(_ values: [Double], _ expected: [Double]) {
    #expect(values.count == expected.count)
    for (value, exact) in zip(values, expected) { #expect(abs(value - exact) <= 1e-12 * exact) }
  }

  @Test func plainFrequenciesArePowersOfTheBase() throws {
    expectClose(try RotaryScaling.none.frequencies(rotarySize: 8, base: 10_000), [1, 0.1, 0.01, 0.001])
    // A fifth of the base's exponent range a step, whatever the size of the head around the turning elements.
    expectClose(try RotaryScaling.none.frequencies(rotarySize: 10, base: 32), [1, 0.5, 0.25, 0.125, 0.0625])
  }

  @Test func linearDividesEveryFrequency() throws {
    let scaled = try RotaryScaling.linear(factor: 4).frequencies(rotarySize: 8, base: 10_000)
    expectClose(scaled, [0.25, 0.025, 0.0025, 0.00025])
  }

  /// 8^(8 / 6) = 16, so the base is 160,000 and its fourth root 20.
  @Test func ntkKeepsTheFirstAndDividesTheLastByTheFactor() throws {
    let scaled = try RotaryScaling.ntk(factor: 8).frequencies(rotarySize: 8, base: 10_000)
    expectClose(scaled, [1, 1.0 / 20, 1.0 / 400, 0.001 / 8])
  }

  /// Llama 3.1's own settings: wavelengths to 2,048 stay (index 28), those from 8,192 are stretched (from 36).
  @Test func llama3BlendsBetweenItsWavelengths() throws {
    let scaling = RotaryScaling.llama3(
      factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 8_192)
    let plain = try RotaryScaling.none.frequencies(rotarySize: 128, base: 500_000)
    let scaled = try scaling.frequencies(rotarySize: 128, base: 500_000)
    expectClose(Array(scaled[...28]), Array(plain[...28]))
    expectClose(
      Array(scaled[29...35]),
      [
        0.002166570763503359, 0.0013718935677611381, 0.0008567514129196321, 0.0005248461609929547,
        0.00031269375038406517, 0.0001785078127679964, 9.556212353964683e-05,
      ])
    // By hand, index 32: f = 500000^-0.5 = 1 / 707.1068, 8,192 f / 2 pi = 1.843848 turns, share 0.281283.
    #expect(abs(scaled[32] - (0.718717 / 8 + 0.281283) / 707.1068) < 1e-9)
    expectClose(Array(scaled[36...]), plain[36...].map { $0 / 8 })
  }

  /// Llama 2's sizes: the ramp runs from index 20 (above 32 turns in 4,096) to 46 (below one turn).
  @Test func yarnRampsBetweenItsTurns() throws {
    let scaling = RotaryScaling.yarn(factor: 4, originalPositions: 4_096)
    let plain = try RotaryScaling.none.frequencies(rotarySize: 128, base: 10_000)
    let scaled = try scaling.frequencies(rotarySize: 128, base: 10_000)
    expectClose(Array(scaled[...20]), Array(plain[...20]))
    expectClose(
      [scaled[21], scaled[30], scaled[45]],
      [0.047292038501684786, 0.009488517882700576, 0.0004294025889973583])
    expectClose([scaled[33]], [plain[33] * 0.625])  // halfway: (1 + 1 / 4) / 2
    expectClose(Array(scaled[46...]), plain[46...].map { $0 / 4 })
    #expect(abs(scaling.amplitude - 1.138629436111989) < 1e-15)
    let given = RotaryScaling.yarn(factor: 4, originalPositions: 4_096, attentionFactor: 1.5)
    #expect(given.amplitude == 1.5)
    #expect(RotaryScaling.yarn(factor: 1, originalPositions: 4_096).amplitude == 1)
    #expect(RotaryScaling.linear(factor: 4).amplitude == 1)
  }

  @Test func tableHoldsCosinesAndSinesOfEveryPosition() throws {
    let table = try RotaryTable.values(positions: 3, rotarySize: 4, base: 100)
    let angles: [Double] = [0, 0, 1, 0.1, 2, 0.2]
    #expect(table == angles.flatMap { [Float(cos($0)), Float(sin($0))] })
    #expect(Array(table.prefix(4)) == [1, 0, 1, 0])
    let half = try RotaryTable.values(
      positions: 2, rotarySize: 2, base: 100,
      scaling: .yarn(factor: 1, originalPositions: 8, attentionFactor: 2))
    #expect(half == [2, 0, Float(2 * cos(1.0)), Float(2 * sin(1.0))])
  }

  @Test(
    "sizes, bases and scalings that give no table are refused with the value",
    arguments: [
      (-1, 4, 100, .none, "-1"), (.max, 4, 100, .none, "9223372036854775807"), (.min, 4, 100, .none, "-9223"),
      (3, 3, 100, .none, "3"), (3, 0, 100, .none, "0"), (3, -4, 100, .none, "-4"),
      (3, .max - 1, 100, .none, "922"),
      (3, 4, 0, .none, "0.0"), (3, 4, -1, .none, "-1.0"), (3, 4, .nan, .none, "nan"),
      (3, 4, .infinity, .none, "inf"),
      (3, 2, 100, .ntk(factor: 2), "2"), (3, 4, 100, .ntk(factor: 0), "0.0"),
      (3, 4, 100, .linear(factor: 0), "0.0"),
      (3, 4, 100, .linear(factor: .nan), "nan"), (3, 4, 100, .yarn(factor: 0, originalPositions: 8), "0.0"),
      (3, 4, 100, .yarn(factor: 2, originalPositions: 0), "0.0"),
      (3, 4, 100, .yarn(factor: 2, originalPositions: .min), "-9.22"),
      (3, 4, 1, .yarn(factor: 2, originalPositions: 8), "1.0"),
      (3, 4, 100, .yarn(factor: 2, originalPositions: 8, attentionFactor: .nan), "nan"),
      (
        3, 4, 100,
        .llama3(factor: 2, lowFrequencyFactor: 4, highFrequencyFactor: 4, originalPositions: 8), "4.0"
      ),
    ] as [(Int, Int, Double, RotaryScaling, String)])
  func malformed(positions: Int, size: Int, base: Double, scaling: RotaryScaling, value: String) {
    let error = #expect(throws: ModelConfigurationError.self) {
      _ = try RotaryTable.values(positions: positions, rotarySize: size, base: base, scaling: scaling)
    }
    guard case .outOfRange(_, let found, _) = error else { return }
    #expect(found.hasPrefix(value))
  }

  @Test func whatIsNotRefusedIsANumber() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed)
    let reals: [Double] = [-1, 0, .leastNonzeroMagnitude, 0.5, 1, 1.5, 32, 1e6, 1e12, 1e300, .infinity, .nan]
    let counts = [Int.min, -4, -1, 0, 1, 2, 3, 4, 8, 64, 16_777_216, 1 << 40, .max]
    var tables = 0
    for _ in 0..<5000 {
      func real() -> Double { reals.randomElement(using: &random)! }
      func count() -> Int { counts.randomElement(using: &random)! }
      let scalings: [RotaryScaling] = [
        .none, .linear(factor: real()), .ntk(factor: real()),
        .llama3(
          factor: real(), lowFrequencyFactor: real(), highFrequencyFactor: real(), originalPositions: count()),
        .yarn(
          factor: real(), originalPositions: count(), fast: real(), slow: real(),
          attentionFactor: Bool.random(using: &random) ? real() : nil),
      ]
      let scaling = scalings.randomElement(using: &random)!
      let (positions, size, base) = (min(count(), 9), count(), real())
      guard
        let table = try? RotaryTable.values(
          positions: positions, rotarySize: size, base: base, scaling: scaling)
      else { continue }
      tables += 1
      #expect(table.count == positions * size, "seed \(seed)")
      #expect(table.allSatisfy { $0.isFinite }, "seed \(seed): \(positions) x \(size), \(base), \(scaling)")
    }
    #expect(tables > 100, "seed \(seed): \(tables) tables")
  }
}
