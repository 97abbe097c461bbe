import Kernels
import Numerics
import Reference

/// A weight matrix as the checkpoint stores it; row-major `[rows][columns]`.
struct HostMatrix {
  enum Values {
    /// Numbers of f16 or bf16.
    case sixteenBits([UInt16], PackedWeights.Format)
    case floats([Float])
  }

  var values: Values
  let rows, columns: Int

  var floats: [Float] {
    switch values {
    case .sixteenBits(let halves, .f16): halves.map { float(half: $0) }
    case .sixteenBits(let numbers, _): numbers.map { Float(bitPattern: UInt32($0) << 16) }
    case .floats(let floats): floats
    }
  }

  var format: PackedWeights.Format {
    if case .sixteenBits(_, let format) = values { format } else { .f32 }
  }

  /// Matrices of one input below each other: in their format if it is the same for all, else f32.
  static func stacked(_ matrices: [HostMatrix]) -> HostMatrix {
    let (rows, columns) = (matrices.map(\.rows).reduce(0, +), matrices[0].columns)
    var stack: [UInt16] = []
    for matrix in matrices {
      guard case .sixteenBits(let part, let format) = matrix.values, format == matrices[0].format else {
        return HostMatrix(values: .floats(matrices.flatMap(\.floats)), rows: rows, columns: columns)
      }
      stack += part
    }
    return HostMatrix(values: .sixteenBits(stack, matrices[0].format), rows: rows, columns: columns)
  }

  /// The tile layout of ``PackedWeights`` and how many bf16 and f32 weights below 2^-38 became zero.
  func packed(backend: any Backend, label: String) throws(BackendError) -> (PackedWeights, cleaned: Int) {
    let packing = MatmulPacking(format: format, inputs: columns, outputs: rows)
    let words: [UInt32]
    var cleaned = 0
    switch values {
    case .sixteenBits(let halves, .f16):
      words = halves.withUnsafeBufferPointer { packing.pack(halves: $0) }
    case .sixteenBits(let numbers, _):
      (words, cleaned) = numbers.withUnsafeBufferPointer { packing.pack(brainFloats: $0) }
    case .floats(let floats):
      (words, cleaned) = floats.withUnsafeBufferPointer { packing.pack(floats: $0) }
    }
    let tensor = try backend.makeTensor(words, label)
    return (PackedWeights(words: tensor, format: format, outputs: rows, inputs: columns), cleaned)
  }
}
