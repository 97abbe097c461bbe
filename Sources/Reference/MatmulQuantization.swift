import Numerics
import ShaderInterface

// Floats to the formats with integers, on the host.
extension MatmulPacking {
  /// Packed words of row-major [outputs][inputs] floats, quantized; finite ones only.
  ///
  /// `q8_0` and `q4_0` as llama.cpp's reference rounds them: scale = greatest magnitude / 127, or the value of greatest magnitude / -8,
  /// stored as f16, integers from the unrounded scale. int8: scale = greatest magnitude of the row / 127, integers to the nearest even.
  public func pack(quantizing floats: UnsafeBufferPointer<Float>) -> [UInt32] {
    precondition(floats.count == inputs * outputs)
    switch format {
    case .q8, .q4: return quantizedBlocks(floats).withUnsafeBytes { pack(blocks: $0) }
    case .int8: return packRows(quantizing: floats)
    case .f32, .f16, .bf16: preconditionFailure("\(format.rawValue) is no quantized format")
    }
  }

  /// Published blocks `[outputs][groups]` of q8_0 or q4_0; the last block of a row is padded with zeros.
  public func quantizedBlocks(_ floats: UnsafeBufferPointer<Float>) -> [UInt8] {
    var blocks: [UInt8] = []
    blocks.reserveCapacity(outputs * groups * format.groupBytes)
    for n in 0..<outputs {
      for start in stride(from: 0, to: inputs, by: groupSize) {
        let count = min(groupSize, inputs - start)
        var block = [Float](repeating: 0, count: groupSize)
        for i in 0..<count { block[i] = floats[n * inputs + start + i] }
        blocks += format == .q8 ? Self.bytes(of: block) : Self.nibbles(of: block)
      }
    }
    return blocks
  }

  private static func bytes(of block: [Float]) -> [UInt8] {
    let scale = block.map(abs).reduce(0, max) / 127
    let inverse = Self.inverse(scale)
    return halfBytes(scale)
      + block.map { UInt8(bitPattern: Int8(($0 * inverse).rounded(.toNearestOrAwayFromZero))) }
  }

  private static func nibbles(of block: [Float]) -> [UInt8] {
    let greatest = block.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
    let scale = greatest / -8
    let inverse = Self.inverse(scale)
    let integers = block.map { min(15, UInt8($0 * inverse + 8.5)) }
    return halfBytes(scale) + (0..<16).map { integers[$0] | integers[$0 + 16] << 4 }
  }

  /// 0 for a scale so small that it has none; as f16 it is 0.
  private static func inverse(_ scale: Float) -> Float {
    let inverse = 1 / scale
    return inverse.isFinite ? inverse : 0
  }

  private static func halfBytes(_ scale: Float) -> [UInt8] {
    let half = halfBits(of: scale)
    return [UInt8(truncatingIfNeeded: half), UInt8(half >> 8)]
  }

  private func packRows(quantizing floats: UnsafeBufferPointer<Float>) -> [UInt32] {
    var bytes: [Int8] = []
    var scales: [Float] = []
    for n in 0..<outputs {
      let row = floats[n * inputs..<(n + 1) * inputs]
      let scale = flush(row.map(abs).reduce(0, max) / 127)
      scales.append(scale)
      bytes += row.map { scale == 0 ? 0 : Int8(min(max(($0 / scale).rounded(.toNearestOrEven), -127), 127)) }
    }
    return bytes.withUnsafeBufferPointer { bytes in
      scales.withUnsafeBufferPointer { pack(bytes: bytes, scales: $0).words }
    }
  }
}
