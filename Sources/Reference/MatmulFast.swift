import Dispatch
import Numerics
import ShaderInterface

// The bits of Matmul.swift, vectorised across the 32 outputs of a tile; threads take tiles.
extension Reference {
  /// As ``matmul(_:_:_:blocks:tiles:)``, fast.
  public static func matmulFast(
    _ format: MatmulPacking.Format, _ p: ShaderInterface.Matmul, _ o: MatmulOperands<Float>, blocks: Int,
    tiles: Int
  ) {
    let packing = MatmulPacking(format: format, inputs: Int(p.inputs), outputs: Int(p.outputs))
    // Rows that share a matrix go together, so that its chunks are unpacked once.
    let rows = Dictionary(grouping: matmulRows(p, o, blocks: blocks)) { $0.matrix }
    nonisolated(unsafe) let operands = o
    DispatchQueue.concurrentPerform(iterations: tiles) { tile in
      for (matrix, rows) in rows {
        MatmulTile(p: p, packing: packing, tile: tile, matrix: matrix, rows: rows, operands: operands).run()
      }
    }
  }
}

/// The 32 outputs of one tile of one matrix, for all rows that it has.
private struct MatmulTile {
  let p: ShaderInterface.Matmul
  let packing: MatmulPacking
  /// Among those bound, as is the matrix; nil writes +0.
  let tile: Int
  let matrix: Int?
  let rows: [MatmulRow]
  let operands: MatmulOperands<Float>

  typealias Outputs = (SIMD16<Float>, SIMD16<Float>)

  /// Chunk outermost, so that a chunk is unpacked once and read from the cache by every row.
  func run() {
    guard let matrix else {
      for row in rows { for n in columns { operands.out[row.row * packing.outputs + n] = 0 } }
      return
    }
    let chunk = Int(DOT_CHUNK)
    let weights = UnsafeBufferPointer(rebasing: operands.weights[(matrix * packing.wordCount)...])
    withUnsafeTemporaryAllocation(of: SIMD16<Float>.self, capacity: 2 * (chunk + 4 + rows.count)) { scratch in
      let unpacked = scratch.baseAddress!  // [chunk][2]
      let scales = unpacked + 2 * chunk  // [blocks of a chunk][2]
      let totals = scales + 2 * 4  // [rows][2]
      totals.update(repeating: .zero, count: 2 * rows.count)
      for start in stride(from: 0, to: packing.inputs, by: chunk) {
        let count = min(chunk, packing.inputs - start)
        unpack(weights, from: start, count: count, to: UnsafeMutableRawPointer(unpacked))
        unpackScales(weights, from: start, count: count, to: UnsafeMutableRawPointer(scales))
        for (r, row) in rows.enumerated() {
          let x = operands.x.baseAddress! + row.input * packing.inputs + start
          let sum = chunkSum(x, count: count, unpacked, scales)
          totals[2 * r] = totals[2 * r] + sum.0
          totals[2 * r + 1] = totals[2 * r + 1] + sum.1
        }
      }
      for (r, row) in rows.enumerated() { store(UnsafeRawPointer(totals + 2 * r), row: row.row, matrix) }
    }
  }

  @inline(__always)
  private func chunkSum(
    _ x: UnsafePointer<Float>, count: Int, _ unpacked: UnsafePointer<SIMD16<Float>>,
    _ scales: UnsafePointer<SIMD16<Float>>
  ) -> Outputs {
    guard packing.format.isScaled else { return sum(x, 0..<count, unpacked) }
    var chunk: Outputs = (.zero, .zero)
    let size = packing.groupSize
    for block in 0..<(count + size - 1) / size {
      let part = sum(x, block * size..<min((block + 1) * size, count), unpacked)
      chunk.0 = chunk.0 + part.0 * scales[2 * block]
      chunk.1 = chunk.1 + part.1 * scales[2 * block + 1]
    }
    return chunk
  }

  @inline(__always)
  private func sum(_ x: UnsafePointer<Float>, _ range: Range<Int>, _ unpacked: UnsafePointer<SIMD16<Float>>)
    -> Outputs
  {
    var sum: Outputs = (.zero, .zero)
    for k in range {
      let a = SIMD16<Float>(repeating: x[k])
      sum.0 = sum.0 + a * unpacked[2 * k]
      sum.1 = sum.1 + a * unpacked[2 * k + 1]
    }
    return sum
  }

  /// Unpacks `count` inputs from `start` to f32 [count][32].
  private func unpack(
    _ weights: UnsafeBufferPointer<UInt32>, from start: Int, count: Int, to unpacked: UnsafeMutableRawPointer
  ) {
    let outputs = MatmulPacking.tile
    let to = unpacked.assumingMemoryBound(to: Float.self)
    guard packing.format == .f16 else {
      for k in 0..<count {
        for output in 0..<outputs {
          to[k * outputs + output] = packing.weight(
            weights, output: tile * outputs + output, input: start + k)
        }
      }
      return
    }
    for group in 0..<(count + 7) / 8 {  // a chunk is a whole number of groups
      let first = packing.word(output: tile * outputs, group: start / 8 + group)
      let words = UnsafeRawPointer(weights.baseAddress! + first)
      for output in 0..<outputs {
        let (even, odd) = floats(
          halves: words.loadUnaligned(fromByteOffset: 16 * output, as: SIMD4<UInt32>.self))
        for i in 0..<4 {
          to[(group * 8 + 2 * i) * outputs + output] = even[i]
          to[(group * 8 + 2 * i + 1) * outputs + output] = odd[i]
        }
      }
    }
  }

  /// The scales of a chunk's blocks, f32 [blocks][32].
  private func unpackScales(
    _ weights: UnsafeBufferPointer<UInt32>, from start: Int, count: Int, to scales: UnsafeMutableRawPointer
  ) {
    guard packing.format.isScaled else { return }
    let to = scales.assumingMemoryBound(to: Float.self)
    let (outputs, size) = (MatmulPacking.tile, packing.groupSize)
    for block in 0..<(count + size - 1) / size {
      for output in 0..<outputs {
        to[block * outputs + output] = packing.scale(
          weights, output: tile * outputs + output, group: start / size + block)
      }
    }
  }

  /// The tile's outputs, padding left out.
  private var columns: Range<Int> {
    let first = (Int(p.firstTile) + tile) * MatmulPacking.tile
    return first..<min(first + MatmulPacking.tile, packing.outputs)
  }

  private func store(_ sums: UnsafeRawPointer, row: Int, _ matrix: Int) {
    let sums = sums.assumingMemoryBound(to: Float.self)
    for (i, n) in columns.enumerated() {
      let element = row * packing.outputs + n
      operands.out[element] = Reference.finished(p, sums[i], old: operands.out[element]) {
        operands.bias[(matrix + Int(p.firstMatrix)) * packing.outputs + n]
      }
    }
  }
}
