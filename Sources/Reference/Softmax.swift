import Numerics
import ShaderInterface

/// The softmax of one row of logits in float: z = flush(flush(logit) * t), m = max z, e = exp(z - m), S = sum of e.
struct Softmax {
  /// That of argmax, of z, or of a t out of range; with a status the rest means nothing.
  let status: UInt32
  let maximum: Float
  /// z - m, by token.
  let below: [Float]
  /// e, by token.
  let shares: [Float]
  /// S, at least 1.
  let sum: Float

  /// - Parameter inverseTemperature: t.
  init(
    _ logits: UnsafeBufferPointer<Float>, row: Int, vocabulary: Int, inverseTemperature: Float = 1
  ) {
    let z = logits[row * vocabulary..<(row + 1) * vocabulary].map {
      Reference.tempered($0, inverseTemperature)
    }
    status =
      Reference.isInverseTemperature(inverseTemperature) ? Reference.rowStatus(z) : STATUS_NOT_FINITE
    let m = z.reduce(-.infinity, Numerics.maximum)
    let below = z.map { $0 - m }
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

extension Reference {
  /// out[r] = the softmax of z = flush(flush(x[r]) * inverseTemperature), each probability rounded. NaN with a status.
  ///
  /// `x`, `out`: f32 [rows][columns]; `status`: u32 [rows].
  public static func softmax(
    _ p: ShaderInterface.Softmax, x: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>,
    status: UnsafeMutableBufferPointer<UInt32>
  ) {
    let columns = Int(p.columns)
    for r in 0..<Int(p.rows) {
      let softmax = Softmax(
        x, row: r, vocabulary: columns, inverseTemperature: p.inverseTemperature)
      status[r] = softmax.status
      let scale = softmax.status == STATUS_OK ? reciprocal(softmax.sum) : .nan
      for c in 0..<columns {
        let share = rounded(flush(softmax.shares[c] * scale), to: p.significantBits)
        out[r * columns + c] = softmax.status == STATUS_OK ? share : notANumber
      }
    }
  }
}

/// What a kernel writes for a number that does not exist.
let notANumber = Float(bitPattern: NAN_BITS)
