import Dispatch
import Numerics
import ShaderInterface

extension Reference {
  /// As ``matmul(_:_:_:blocks:tiles:)`` with int8 weights: s = (float(sum of q * v) * scale of x) * scale of the weight row.
  ///
  /// `x`: u32, rows of ``quantizeRows(_:x:out:)``. The sum is an exact 32-bit integer, which rounds once to f32.
  public static func matmulInt8(
    _ p: ShaderInterface.Matmul, _ o: MatmulOperands<UInt32>, blocks: Int, tiles: Int
  ) {
    let packing = MatmulPacking(format: .int8, inputs: Int(p.inputs), outputs: Int(p.outputs))
    let stride = packing.groups * 4 + 4  // words of a row of x
    let columns = matmulColumns(p, tiles: tiles)
    let rows = matmulRows(p, o, blocks: blocks)
    nonisolated(unsafe) let o = o
    DispatchQueue.concurrentPerform(iterations: columns.count) { index in
      let n = columns.lowerBound + index
      for place in rows {
        let element = place.row * packing.outputs + n
        guard let matrix = place.matrix else {
          o.out[element] = 0
          continue
        }
        let x = o.x.baseAddress! + place.input * stride
        let weights = o.weights.baseAddress! + matrix * packing.wordCount
        let output = n - Int(p.firstTile) * MatmulPacking.tile
        var sum: Int32 = 0
        for group in 0..<packing.groups {
          let words = weights + packing.word(output: output, group: group)
          for i in 0..<4 { sum &+= byteProducts(x[group * 4 + i], words[i]) }
        }
        let inputScale = Float(bitPattern: x[packing.groups * 4])
        let scale = Float(bitPattern: weights[packing.rowScaleWord(output: output)])
        let product = (Float(sum >> 12) * 4096 + Float(sum & 4095)) * inputScale * scale
        o.out[element] = finished(p, product, old: o.out[element]) {
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
