import Dispatch
import Numerics
import ShaderInterface

// The bits of Matmul.swift, vectorised across the 32 outputs of a tile; threads take tiles.
extension Reference {
  /// As ``matmulF16(_:x:weights:out:)``, fast.
  public static func matmulF16Fast(
    _ p: ShaderInterface.Matmul, x: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    matmulFast(p, .f16, x: x, weights: weights, out: out)
  }

  /// As ``matmulF32(_:x:weights:out:)``, fast.
  public static func matmulF32Fast(
    _ p: ShaderInterface.Matmul, x: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    matmulFast(p, .f32, x: x, weights: weights, out: out)
  }

  private static func matmulFast(
    _ p: ShaderInterface.Matmul, _ format: MatmulPacking.Format, x: UnsafeBufferPointer<Float>,
    weights: UnsafeBufferPointer<UInt32>, out: UnsafeMutableBufferPointer<Float>
  ) {
    let packing = MatmulPacking(format: format, inputs: Int(p.inputs), outputs: Int(p.outputs))
    precondition(x.count >= Int(p.rows) * packing.inputs && weights.count >= packing.wordCount)
    precondition(out.count >= Int(p.rows) * packing.outputs)
    nonisolated(unsafe) let operands = (x: x, weights: weights, out: out)
    DispatchQueue.concurrentPerform(iterations: packing.tiles) { tile in
      let task = MatmulTile(
        p: p, packing: packing, tile: tile, x: operands.x, weights: operands.weights, out: operands.out)
      task.run()
    }
  }
}

/// The 32 outputs of one tile, for all rows.
private struct MatmulTile {
  let p: ShaderInterface.Matmul
  let packing: MatmulPacking
  let tile: Int
  let x: UnsafeBufferPointer<Float>
  let weights: UnsafeBufferPointer<UInt32>
  let out: UnsafeMutableBufferPointer<Float>

  typealias Outputs = (SIMD16<Float>, SIMD16<Float>)

  /// Chunk outermost, so that a chunk is unpacked once and read from the cache by every row.
  func run() {
    let rows = Int(p.rows)
    let chunk = Int(DOT_CHUNK)
    withUnsafeTemporaryAllocation(of: SIMD16<Float>.self, capacity: 2 * (chunk + rows)) { scratch in
      let unpacked = scratch.baseAddress!  // [chunk][2]
      let totals = unpacked + 2 * chunk  // [rows][2]
      totals.update(repeating: .zero, count: 2 * rows)
      for start in stride(from: 0, to: packing.inputs, by: chunk) {
        let count = min(chunk, packing.inputs - start)
        unpack(from: start, count: count, to: UnsafeMutableRawPointer(unpacked))
        for r in 0..<rows {
          let row = x.baseAddress! + r * packing.inputs + start
          var sum: Outputs = (.zero, .zero)
          for k in 0..<count {
            let a = SIMD16<Float>(repeating: row[k])
            sum.0 = sum.0 + a * unpacked[2 * k]
            sum.1 = sum.1 + a * unpacked[2 * k + 1]
          }
          totals[2 * r] = totals[2 * r] + sum.0
          totals[2 * r + 1] = totals[2 * r + 1] + sum.1
        }
      }
      for r in 0..<rows { store(UnsafeRawPointer(totals + 2 * r), row: r) }
    }
  }

  /// Unpacks `count` inputs from `start` to f32 [count][32]; a chunk is a whole number of groups.
  private func unpack(from start: Int, count: Int, to unpacked: UnsafeMutableRawPointer) {
    let outputs = Int(MATMUL_TILE)
    let size = packing.groupSize
    let to = unpacked.assumingMemoryBound(to: Float.self)
    for group in 0..<(count + size - 1) / size {
      let first = packing.word(output: tile * outputs, group: start / size + group)
      let words = UnsafeRawPointer(weights.baseAddress! + first)
      for output in 0..<outputs {
        let four = words.loadUnaligned(fromByteOffset: 16 * output, as: SIMD4<UInt32>.self)
        if packing.format == .f16 {
          let (even, odd) = floats(halves: four)
          for i in 0..<4 {
            to[(group * 8 + 2 * i) * outputs + output] = even[i]
            to[(group * 8 + 2 * i + 1) * outputs + output] = odd[i]
          }
        } else {
          for i in 0..<4 { to[(group * 4 + i) * outputs + output] = Float(bitPattern: four[i]) }
        }
      }
    }
  }

  private func store(_ sums: UnsafeRawPointer, row: Int) {
    let sums = sums.assumingMemoryBound(to: Float.self)
    let first = tile * Int(MATMUL_TILE)
    for output in 0..<min(Int(MATMUL_TILE), packing.outputs - first) {
      let element = row * packing.outputs + first + output
      out[element] = flush(p.accumulate != 0 ? out[element] + sums[output] : sums[output])
    }
  }
}
