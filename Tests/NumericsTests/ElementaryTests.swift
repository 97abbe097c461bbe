import Foundation
import Numerics
import ShaderInterface
import Testing

/// Largest errors in ulp against Double; measured over every 7th (exp, log) or 11th float: exp 1.148, log 0.843,
/// reciprocal 1.989, reciprocalRoot 2.177, sigmoid 3.774, gelu 3.606 (x >= 0) and 107.3 (x < 0); every float:
/// geluErf 5.843 (x >= 0) and 9.068 (x < 0); every 5th: softplus 2.044 (x >= 0) and 4.682 (x < 0).
@Suite struct ElementaryTests {
  /// The largest error over every `step`-th float from `low` to `high`, which have one sign.
  func worst(
    _ low: Float, _ high: Float, step: Int = 607, _ function: (Float) -> Float, _ exact: (Double) -> Double
  ) -> Double {
    var worst = 0.0
    for pattern in stride(from: low.bitPattern, through: high.bitPattern, by: step) {
      let x = Float(bitPattern: pattern)
      worst = max(worst, ulps(function(x), exact(Double(x))))
    }
    return worst
  }

  @Test func expIsWithin1Point15Ulp() {
    #expect(worst(-0.0, -44, expNonPositive, exp) < 1.15)
    #expect(expNonPositive(0) == 1)
    #expect(expNonPositive(-0.0) == 1)
    for x in [Float(-44).nextDown, -1e30, -.infinity, .nan] {
      #expect(expNonPositive(x).bitPattern == 0)
    }
    #expect(expNonPositive(EXP_LOWEST) > 0x1p-64)
  }

  @Test func logIsWithin0Point85Ulp() {
    #expect(worst(.leastNormalMagnitude, Float(1).nextDown, logPositive, log) < 0.85)
    #expect(worst(Float(1).nextUp, .greatestFiniteMagnitude, logPositive, log) < 0.85)
    #expect(worst(0.5, Float(1).nextDown, step: 7, logPositive, log) < 0.85)
    #expect(worst(Float(1).nextUp, 2, step: 7, logPositive, log) < 0.85)
    #expect(logPositive(1).bitPattern == 0)
  }

  @Test func reciprocalIsWithin2Ulp() {
    #expect(worst(0x1p-60, 0x1p60, reciprocal) { 1 / $0 } < 2)
  }

  @Test func reciprocalRootIsWithin2Point2Ulp() {
    #expect(worst(0x1p-60, .greatestFiniteMagnitude, reciprocalRoot) { 1 / $0.squareRoot() } < 2.2)
  }

  @Test func sigmoidIsWithin3Point8Ulp() {
    let exact = { (x: Double) in 1 / (1 + exp(-x)) }
    #expect(worst(0, 100, sigmoid, exact) < 3.8)
    #expect(worst(-0.0, -44, sigmoid, exact) < 3.8)
    #expect(sigmoid(-45).bitPattern == 0)
    #expect(sigmoid(.infinity) == 1)
    #expect(sigmoid(-.infinity).bitPattern == 0)
  }

  @Test func tangentIsOddAndWithin2ToTheMinus22() {
    for x in stride(from: Float(-12), through: 12, by: 0x1p-10) {
      #expect(abs(Double(hyperbolicTangent(x)) - tanh(Double(x))) < 0x1p-22)
      #expect(hyperbolicTangent(-x) == -hyperbolicTangent(x))
    }
    #expect(worst(0.5, 30, hyperbolicTangent, tanh) < 6)
    #expect(hyperbolicTangent(.infinity) == 1 && hyperbolicTangent(-.greatestFiniteMagnitude) == -1)
    #expect([0, -0.0, 0x1p-130, -0x1p-40].allSatisfy { hyperbolicTangent($0).bitPattern == 0 })
    #expect(hyperbolicTangent(.nan).isNaN)
  }

  @Test func geluIsWithin3Point7UlpAboveZeroAnd6e8Below() {
    let exact = { (x: Double) in x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
    // The same value without the cancellation of 1 + tanh.
    let stable = { (x: Double) in x / (1 + exp(-(8 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) }
    for x in stride(from: -3.0, through: 3, by: 0.37) { #expect(abs(exact(x) - stable(x)) < 1e-15) }
    #expect(worst(0x1p-40, 100, gelu, stable) < 3.7)
    #expect(worst(-0x1p-40, -2, gelu, stable) < 8.2)
    #expect(worst(-2, -7.6, gelu, stable) < 108)
    for x in stride(from: Float(-9), through: 0, by: 0x1p-9) {
      #expect(abs(Double(gelu(x)) - stable(Double(x))) < 6.1e-8)
    }
    #expect([-7.7, -1e30, 0, -0.0, 0x1p-130].allSatisfy { gelu($0).bitPattern == 0 })
    #expect(gelu(.infinity) == .infinity && gelu(1e30) == 1e30)
    #expect(gelu(-.infinity).isNaN && gelu(.nan).isNaN)
  }

  /// x Phi(x); erfc keeps its relative accuracy far below zero.
  @Test func geluErfIsWithin11Roundings() {
    let exact = { (x: Double) in x * erfc(-x / 2.0.squareRoot()) / 2 }
    #expect(worst(0x1p-40, 100, geluErf, exact) < 5.9)
    #expect(worst(-0x1p-40, -9.25, geluErf, exact) < 9.1)
    for x in stride(from: Float(-9.25), through: 12, by: 0x1p-14) {
      #expect(abs(Double(geluErf(x)) - exact(Double(x))) <= 11 * 0x1p-24 * abs(exact(Double(x))))
    }
    // 2^-64 is x Phi(x) at -9.3219.
    for x in stride(from: Float(-9.25), through: -9.5, by: -0x1p-14) {
      #expect(abs(Double(geluErf(x)) - exact(Double(x))) < 0x1p-64)
    }
    #expect([-9.33, -9.4, -16, -1e30, -.greatestFiniteMagnitude].allSatisfy { geluErf($0).bitPattern == 0 })
    #expect([0, -0.0, 0x1p-149, -0x1p-130, 0x1p-64, -0x1p-64].allSatisfy { geluErf($0).bitPattern == 0 })
    #expect(geluErf(0x1p-62) == 0x1p-63 && geluErf(-0x1p-62) == -0x1p-63)
    #expect([6, 1e30, .greatestFiniteMagnitude, .infinity].allSatisfy { geluErf($0) == $0 })
    #expect(geluErf(-.infinity).isNaN && geluErf(.nan).isNaN)
  }

  @Test func softplusIsWithin6Roundings() {
    let exact = { (x: Double) in max(x, 0) + log1p(exp(-abs(x))) }
    #expect(worst(0x1p-30, 100, softplus, exact) < 2.05)
    #expect(worst(-0x1p-30, -43.9, softplus, exact) < 4.69)
    for x in stride(from: Float(-43.9), through: 20, by: 0x1p-12) {
      #expect(abs(Double(softplus(x)) - exact(Double(x))) <= 6 * 0x1p-24 * exact(Double(x)))
    }
    #expect(softplus(0) == softplus(-0.0) && softplus(0x1p-140) == softplus(0))
    #expect([Float(-44).nextDown, -1e30, -.infinity].allSatisfy { softplus($0).bitPattern == 0 })
    #expect(softplus(-44) > 0x1p-64)
    #expect([50, 1e30, .infinity].allSatisfy { softplus($0) == $0 } && softplus(.nan).isNaN)
  }

  @Test func logOneMinusExpIsWithin2Point05Roundings() {
    for low in [-44, -1.39, -0.26, -0.01, -1e-6] as [Float] {
      for pattern in stride(from: (low / 50).bitPattern, through: low.bitPattern, by: 607) {
        let x = Float(bitPattern: pattern)
        let exact = x > -0.7 ? log(-expm1(Double(x))) : log1p(-exp(Double(x)))
        #expect(abs(Double(logOneMinusExp(x)) - exact) <= 2.05 * 0x1p-24 * (1 + abs(exact)), "\(x)")
      }
    }
    #expect(logOneMinusExp(-45) == 0 && logOneMinusExp(-.infinity) == 0)
    #expect([0, -0.0, 1, .infinity, .nan].allSatisfy { logOneMinusExp($0) == -.infinity })
  }

  @Test func normalDistributionIsWithin3UlpAboveZeroAnd8Point5Below() {
    let exact = { (x: Double) in erfc(-x / 2.0.squareRoot()) / 2 }
    #expect(worst(0, 100, normalDistribution, exact) < 3)
    #expect(worst(-0x1p-40, -9.38, normalDistribution, exact) < 8.5)
    #expect(normalDistribution(0) == 0.5 && normalDistribution(-0.0) == 0.5)
    #expect(normalDistribution(.infinity) == 1)
    #expect([-9.4, -1e30, -.infinity, .nan].allSatisfy { normalDistribution($0).bitPattern == 0 })
  }

  @Test func theHeadersConstantsReachSwiftExactly() {
    #expect(EXP_LN2_HIGH == 0x1.63p-1)
    #expect(abs(Double(EXP_LN2_HIGH) + Double(EXP_LN2_LOW) - M_LN2) < 1e-11)
    #expect(WEIGHT_SCALE == 0x1p30)
    #expect(GELU_LINEAR == Float((8 / Double.pi).squareRoot()))
    #expect(GELU_CUBE == Float(0.044715 * (8 / Double.pi).squareRoot()))
  }
}
