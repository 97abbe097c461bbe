import Numerics
import ShaderInterface

/// The operands of a matmul, in binding order.
public struct MatmulOperands<Input> {
  /// f32 [blocks * rows][inputs], or [blocks / choices][inputs]; rounded to the format's activation bits.
  /// Or such rows as quantizeRows or quantizeBlocks writes them.
  public let x: UnsafeBufferPointer<Input>
  /// Packed, from the first matrix and tile of the call.
  public let weights: UnsafeBufferPointer<UInt32>
  /// f32 [blocks * rows][outputs].
  public let out: UnsafeMutableBufferPointer<Float>
  /// f32 [matrices][outputs], read with `hasBias`.
  public let bias: UnsafeBufferPointer<Float>
  /// [blocks], or [blocks][1 + sorted]; read with `choices`.
  public let choices: UnsafeBufferPointer<UInt32>

  public init(
    x: UnsafeBufferPointer<Input>, weights: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<Float>,
    bias: UnsafeBufferPointer<Float>, choices: UnsafeBufferPointer<UInt32>
  ) {
    self.x = x
    self.weights = weights
    self.out = out
    self.bias = bias
    self.choices = choices
  }
}

extension Reference {
  /// out[o][n] = round(transform(dot(x row, w[m][n]) + bias[m][n])) for every row o of `blocks` blocks of `rows`, its matrix m
  /// given by the block or by `choices`, and the matrices and `tiles` of 32 outputs that are bound.
  public static func matmul(
    _ format: MatmulPacking.Format, _ p: ShaderInterface.Matmul, _ o: MatmulOperands<Float>, blocks: Int,
    tiles: Int
  ) {
    let packing = MatmulPacking(format: format, inputs: Int(p.inputs), outputs: Int(p.outputs))
    for place in matmulRows(p, o, blocks: blocks) {
      for n in matmulColumns(p, tiles: tiles) {
        let element = place.row * packing.outputs + n
        guard let matrix = place.matrix else {
          o.out[element] = 0
          continue
        }
        let x = UnsafeBufferPointer(rebasing: o.x[(place.input * packing.inputs)...])
        let weights = UnsafeBufferPointer(rebasing: o.weights[(matrix * packing.wordCount)...])
        let sum = blockDot(packing, x, weights, output: n - Int(p.firstTile) * MatmulPacking.tile)
        o.out[element] = finished(p, sum, old: o.out[element]) {
          o.bias[(matrix + Int(p.firstMatrix)) * packing.outputs + n]
        }
      }
    }
  }

  /// Chunks of 128 inputs in index order; with scales, blocks of 32 inside a chunk, scaled after their sum.
  private static func blockDot(
    _ packing: MatmulPacking, _ x: UnsafeBufferPointer<Float>, _ weights: UnsafeBufferPointer<UInt32>,
    output: Int
  ) -> Float {
    guard packing.format.isScaled else {
      return dot(count: packing.inputs) { (x[$0], packing.weight(weights, output: output, input: $0)) }
    }
    var total: Float = 0
    for start in stride(from: 0, to: packing.inputs, by: Int(DOT_CHUNK)) {
      let end = min(start + Int(DOT_CHUNK), packing.inputs)
      var chunk: Float = 0
      for first in stride(from: start, to: end, by: Int(BLOCK_INPUTS)) {
        var block: Float = 0
        for k in first..<min(first + Int(BLOCK_INPUTS), end) {
          block = block + x[k] * packing.weight(weights, output: output, input: k)
        }
        let scale = packing.scale(weights, output: output, group: first / Int(BLOCK_INPUTS))
        chunk = chunk + block * scale
      }
      total = total + chunk
    }
    return total
  }

  /// What becomes of a sum: the old output, the bias, the transform, the rounding.
  @inline(__always)
  static func finished(_ p: ShaderInterface.Matmul, _ sum: Float, old: Float, bias: () -> Float) -> Float {
    var y = flush(p.accumulate != 0 ? old + sum : sum)
    if p.hasBias != 0 { y = flush(y + bias()) }
    switch p.transform {
    case MATMUL_SILU: y = flush(y * sigmoid(y))
    case MATMUL_GELU: y = Numerics.gelu(y)
    case MATMUL_GELU_ERF: y = Numerics.geluErf(y)
    case MATMUL_SOFTPLUS: y = Numerics.softplus(y)
    default: break
    }
    return rounded(y, to: p.significantBits)
  }
}

/// A row of out, its row of x and its matrix among those bound; nil: there is no such matrix, so the row is +0.
struct MatmulRow {
  let row, input: Int
  let matrix: Int?
}

extension Reference {
  /// The rows of a call; a matrix that exists without being bound leaves its rows to another call.
  static func matmulRows<Input>(_ p: ShaderInterface.Matmul, _ o: MatmulOperands<Input>, blocks: Int)
    -> [MatmulRow]
  {
    let rows = Int(p.rows)
    let bound = Int(p.firstMatrix)..<Int(p.firstMatrix + p.boundMatrices)
    let first = p.choices == 0 ? bound.lowerBound : 0
    return (first..<first + blocks).flatMap { block -> [MatmulRow] in
      var (matrix, outputRows) = (block, Array(block * rows..<(block + 1) * rows))
      if p.sorted != 0 {
        let group = (0...Int(p.sorted)).map { Int(o.choices[block * Int(1 + p.sorted) + $0]) }
        (matrix, outputRows) = (group[0], group.dropFirst().filter { $0 < rows })
      } else if p.choices != 0 {
        matrix = Int(o.choices[block])
      }
      guard bound.contains(matrix) || matrix >= Int(p.matrices) else { return [] }
      return outputRows.map { row in
        MatmulRow(
          row: row, input: p.choices == 0 ? row : row / Int(p.choices),
          matrix: bound.contains(matrix) ? matrix - bound.lowerBound : nil)
      }
    }
  }

  /// The outputs of a call.
  static func matmulColumns(_ p: ShaderInterface.Matmul, tiles: Int) -> Range<Int> {
    let first = Int(p.firstTile) * MatmulPacking.tile
    return first..<min(first + tiles * MatmulPacking.tile, Int(p.outputs))
  }
}
