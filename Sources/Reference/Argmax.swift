import Numerics
import ShaderInterface

extension Reference {
  /// out[r] = (lowest token with the greatest value, status).
  ///
  /// `logits`: f32 [rows][vocabulary]; `out`: u32 [rows][2]. NaN never wins; the status is
  /// `STATUS_NOT_FINITE` for a row with a NaN or +infinity, or with nothing above -infinity (token 0).
  public static func argmax(
    _ p: ShaderInterface.Argmax, logits: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<UInt32>
  ) {
    let vocabulary = Int(p.vocabulary)
    for r in 0..<Int(p.rows) {
      var best: Float = -.infinity
      var token: UInt32 = 0
      for v in 0..<vocabulary where logits[r * vocabulary + v] > best {
        best = logits[r * vocabulary + v]
        token = UInt32(v)
      }
      out[2 * r] = token
      out[2 * r + 1] = rowStatus(logits, row: r, vocabulary: vocabulary)
    }
  }

  /// `STATUS_NOT_FINITE` if the row holds a NaN or +infinity, or nothing above -infinity.
  static func rowStatus(_ logits: UnsafeBufferPointer<Float>, row: Int, vocabulary: Int) -> UInt32 {
    rowStatus(logits[row * vocabulary..<(row + 1) * vocabulary])
  }

  /// The same of one row.
  static func rowStatus(_ row: some Sequence<Float>) -> UInt32 {
    var status = STATUS_NOT_FINITE
    for value in row {
      if value.isNaN || value == .infinity { return STATUS_NOT_FINITE }
      if value > -.infinity { status = STATUS_OK }
    }
    return status
  }
}
