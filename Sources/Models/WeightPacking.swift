import Kernels
import Numerics
import Reference

/// A weight matrix as the checkpoint stores it, bf16 already widened; row-major `[rows][columns]`.
struct HostMatrix {
  enum Values {
    case halves([UInt16])
    case floats([Float])
  }

  var values: Values
  let rows, columns: Int

  var floats: [Float] {
    switch values {
    case .halves(let halves): halves.map { float(half: $0) }
    case .floats(let floats): floats
    }
  }

  /// Matrices of one input below each other: halves only if all are halves.
  static func stacked(_ matrices: [HostMatrix]) -> HostMatrix {
    var halves: [UInt16] = []
    for matrix in matrices {
      guard case .halves(let part) = matrix.values else {
        return HostMatrix(
          values: .floats(matrices.flatMap(\.floats)), rows: matrices.map(\.rows).reduce(0, +),
          columns: matrix.columns)
      }
      halves += part
    }
    return HostMatrix(
      values: .halves(halves), rows: matrices.map(\.rows).reduce(0, +), columns: matrices[0].columns)
  }

  /// The tile layout of ``PackedWeights`` and how many f32 weights below 2^-38 became zero.
  func packed(backend: any Backend, label: String) throws(BackendError) -> (PackedWeights, cleaned: Int) {
    let format: PackedWeights.Format
    let words: [UInt32]
    var cleaned = 0
    switch values {
    case .halves(let halves):
      format = .f16
      words = halves.withUnsafeBufferPointer {
        MatmulPacking(format: .f16, inputs: columns, outputs: rows).pack(halves: $0)
      }
    case .floats(let floats):
      format = .f32
      (words, cleaned) = floats.withUnsafeBufferPointer {
        MatmulPacking(format: .f32, inputs: columns, outputs: rows).pack(floats: $0)
      }
    }
    let tensor = try backend.makeTensor(words, label)
    return (PackedWeights(words: tensor, format: format, outputs: rows, inputs: columns), cleaned)
  }
}
