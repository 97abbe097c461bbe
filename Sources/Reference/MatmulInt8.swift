import Dispatch
import Numerics
import ShaderInterface

// Matmuls of rows of signed bytes.
extension Reference {
  /// As ``matmul(_:_:_:blocks:tiles:)`` with int8 weights: s = (float(sum of q * v) * scale of x) * scale of the weight row.
  ///
  /// `x`: u32, rows of ``quantizeRows(_:x:out:)``. The sum is an exact 32-bit integer, which rounds once to f32.
  public static func matmulInt8(
    _ p: ShaderInterface.Matmul, _ o: MatmulOperands<UInt32>, blocks: Int, tiles: Int
  ) {
    let packing = MatmulPacking(format: .int8, inputs: Int(p.inputs), outputs: Int(p.outputs))
    let rowWords = packing.groups * 4 + 4
    matmulBytes(packing, p, o, rowWords: rowWords, blocks: blocks, tiles: tiles) { x, weights, output in
      var sum: Int32 = 0
      for group in 0..<packing.groups {
        let words = weights + packing.word(output: output, group: group)
        for i in 0..<4 { sum &+= byteProducts(x[group * 4 + i], words[i]) }
      }
      let inputScale = Float(bitPattern: x[packing.groups * 4])
      let scale = Float(bitPattern: weights[packing.rowScaleWord(output: output)])
      return (Float(sum >> 12) * 4096 + Float(sum & 4095)) * inputScale * scale
    }
  }

  /// As ``matmul(_:_:_:blocks:tiles:)`` with block weights: a chunk's blocks are added in order, each an exact integer times the
  /// product of the weights' scale and of x's; then the chunks in order.
  ///
  /// `x`: u32, rows of ``quantizeBlocks(_:x:out:)``.
  public static func matmulBlocksInt8(
    _ format: MatmulPacking.Format, _ p: ShaderInterface.Matmul, _ o: MatmulOperands<UInt32>, blocks: Int,
    tiles: Int
  ) {
    let packing = MatmulPacking(format: format, inputs: Int(p.inputs), outputs: Int(p.outputs))
    let (block, chunk, chunkWords) = (Int(BLOCK_INPUTS), Int(DOT_CHUNK), Int(QUANTIZED_CHUNK_WORDS))
    let chunks = (packing.inputs + chunk - 1) / chunk
    let rowWords = chunks * chunkWords
    matmulBytes(packing, p, o, rowWords: rowWords, blocks: blocks, tiles: tiles) { x, weights, output in
      let weights = UnsafeBufferPointer(start: weights, count: packing.wordCount)
      var total: Float = 0
      for c in 0..<chunks {
        let words = x + c * chunkWords
        var sum: Float = 0
        for b in 0..<min(chunk / block, packing.groups - c * chunk / block) {
          let group = c * chunk / block + b
          var products: Int32 = 0
          for i in 0..<block {
            let byte = Int8(truncatingIfNeeded: words[(b * block + i) / 4] >> UInt32(i % 4 * 8))
            products += Int32(byte) * Int32(packing.weight(weights, output: output, input: group * block + i))
          }
          let scale = packing.scale(weights, output: output, group: group)
          sum = sum + Float(products) * (scale * Float(bitPattern: words[chunk / 4 + b]))
        }
        total = total + sum
      }
      return total
    }
  }

  /// Every output of a call; `product` takes a row of x, a matrix and an output of those bound.
  private static func matmulBytes(
    _ packing: MatmulPacking, _ p: ShaderInterface.Matmul, _ o: MatmulOperands<UInt32>, rowWords: Int,
    blocks: Int, tiles: Int, product: (UnsafePointer<UInt32>, UnsafePointer<UInt32>, Int) -> Float
  ) {
    let columns = matmulColumns(p, tiles: tiles)
    let rows = matmulRows(p, o, blocks: blocks)
    nonisolated(unsafe) let (o, product) = (o, product)
    DispatchQueue.concurrentPerform(iterations: columns.count) { index in
      let n = columns.lowerBound + index
      for place in rows {
        let element = place.row * packing.outputs + n
        guard let matrix = place.matrix else {
          o.out[element] = 0
          continue
        }
        let sum = product(
          o.x.baseAddress! + place.input * rowWords, o.weights.baseAddress! + matrix * packing.wordCount,
          n - Int(p.firstTile) * MatmulPacking.tile)
        o.out[element] = finished(p, sum, old: o.out[element]) {
          o.bias[(matrix + Int(p.firstMatrix)) * packing.outputs + n]
        }
      }
    }
  }

  /// The sum of the products of four signed bytes each.
  @inline(__always)
  private static func byteProducts(_ a: UInt32, _ b: UInt32) -> Int32 {
    var sum: Int32 = 0
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      sum += Int32(Int8(truncatingIfNeeded: a >> shift)) * Int32(Int8(truncatingIfNeeded: b >> shift))
    }
    return sum
  }
}
