import Kernels
import Numerics

/// A weight matrix as the checkpoint stores it; row-major `[rows][columns]` of f16, bf16 or f32.
struct HostMatrix {
  let values: HostWeights
  let rows, columns: Int

  var floats: [Float] {
    switch values {
    case .f16(let bits): bits.map { float(half: $0) }
    case .bf16(let bits): bits.map { Float(bitPattern: UInt32($0) << 16) }
    case .f32(let floats): floats
    case .q8, .q4, .int8: preconditionFailure("a checkpoint's tensor of \(values.format)")
    }
  }

  private var sixteenBits: [UInt16]? {
    switch values {
    case .f16(let bits), .bf16(let bits): bits
    default: nil
    }
  }

  /// Matrices of one input below each other: in their format if it is the same for all, else f32.
  static func stacked(_ matrices: [HostMatrix]) -> HostMatrix {
    let format = matrices[0].values.format
    let parts = matrices.compactMap { $0.values.format == format ? $0.sixteenBits : nil }
    let values: HostWeights =
      parts.count < matrices.count
      ? .f32(matrices.flatMap(\.floats))
      : format == .f16 ? .f16(parts.flatMap(\.self)) : .bf16(parts.flatMap(\.self))
    return HostMatrix(
      values: values, rows: matrices.map(\.rows).reduce(0, +), columns: matrices[0].columns)
  }
}
