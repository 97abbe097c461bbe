import Numerics
import ShaderInterface

extension Reference {
  /// out[r][n] = flush(dot(x[r], w[n])), or flush(out[r][n] + dot(x[r], w[n])) with `accumulate`.
  ///
  /// `x`: f32 [rows][inputs] of 13 significant bits; `weights`: packed f16; `out`: f32 [rows][outputs].
  public static func matmulF16(
    _ p: ShaderInterface.Matmul, x: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    matmul(p, .f16, x: x, weights: weights, out: out)
  }

  /// As ``matmulF16(_:x:weights:out:)``, with packed f32 weights cleaned of magnitudes below 2^-38, and flushed x.
  public static func matmulF32(
    _ p: ShaderInterface.Matmul, x: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    matmul(p, .f32, x: x, weights: weights, out: out)
  }

  private static func matmul(
    _ p: ShaderInterface.Matmul, _ format: MatmulPacking.Format, x: UnsafeBufferPointer<Float>,
    weights: UnsafeBufferPointer<UInt32>, out: UnsafeMutableBufferPointer<Float>
  ) {
    let (inputs, outputs) = (Int(p.inputs), Int(p.outputs))
    let packing = MatmulPacking(format: format, inputs: inputs, outputs: outputs)
    for r in 0..<Int(p.rows) {
      for n in 0..<outputs {
        let sum = dot(count: inputs) { k in
          (x[r * inputs + k], packing.weight(weights, output: n, input: k))
        }
        let element = r * outputs + n
        out[element] = flush(p.accumulate != 0 ? out[element] + sum : sum)
      }
    }
  }
}
