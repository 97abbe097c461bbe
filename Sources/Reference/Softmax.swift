import Numerics
import ShaderInterface

/// The softmax of one row of logits in float: `z` = flush(logit), m = max z, e = exp(z - m), S = sum of e; at a temperature
/// e = exp((z - m) * inverseTemperature).
struct Softmax {
  /// That of argmax; with a status the rest means nothing.
  let status: UInt32
  let maximum: Float
  /// z - m, by token, times the inverse temperature.
  let below: [Float]
  /// e, by token.
  let shares: [Float]
  /// S, at least 1.
  let sum: Float

  init(
    _ logits: UnsafeBufferPointer<Float>, row: Int, vocabulary: Int, inverseTemperature: Float = 1
  ) {
    status = Reference.rowStatus(logits, row: row, vocabulary: vocabulary)
    let z = logits[row * vocabulary..<(row + 1) * vocabulary].map { flush($0) }
    let m = z.reduce(-.infinity, Numerics.maximum)
    let below = z.map { ($0 - m) * inverseTemperature }
    let shares = below.map { expNonPositive($0) }
    maximum = m
    self.below = below
    self.shares = shares
    sum = rowSum(count: vocabulary, lanes: Int(VOCABULARY_LANES)) { shares[$0] }
  }

  /// The sum of flush(e * value) over the tokens whose e is not +0.
  func weighted(_ value: (Int) -> Float) -> Float {
    rowSum(count: shares.count, lanes: Int(VOCABULARY_LANES)) { v in
      shares[v] == 0 ? 0 : flush(shares[v] * value(v))
    }
  }
}

/// What a kernel writes for a number that does not exist.
let notANumber = Float(bitPattern: NAN_BITS)
