import Reference

/// Weights `[matrices][outputs][inputs]` as files have them, row-major;
/// ``Backend/makeWeights(_:outputs:inputs:matrices:_:)`` packs them.
public enum HostWeights: Sendable {
  /// Magnitudes below 2^-38 become zero.
  case f32([Float])
  /// The bits of f16 numbers, kept as they are.
  case f16([UInt16])
  /// The bits of bf16 numbers; magnitudes below 2^-38 become zero.
  case bf16([UInt16])
  /// Published blocks of 34 bytes, kept as they are: 32 neighbouring inputs of an output, an f16 scale and then 32
  /// signed bytes. A row has a block for each begun 32 inputs.
  case q8([UInt8])
  /// Published blocks of 18 bytes, kept as they are: an f16 scale and 16 bytes whose low nibbles are elements 0 ..< 16
  /// and high nibbles 16 ..< 32, each 8 too large.
  case q4([UInt8])
  /// Signed bytes, and the scale of each output, `[matrices][outputs]`; scales below 2^-64 become zero.
  case int8([Int8], scales: [Float])

  /// The format that these weights are packed in.
  public var format: PackedWeights.Format {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    case .q8: .q8
    case .q4: .q4
    case .int8: .int8
    }
  }

  /// Numbers or bytes given, and how many `matrices` matrices have.
  private func counts(_ packing: MatmulPacking, matrices: Int) -> (given: Int, needed: Int) {
    let numbers = matrices * packing.outputs * packing.inputs
    switch self {
    case .f32(let floats): return (floats.count, numbers)
    case .f16(let bits), .bf16(let bits): return (bits.count, numbers)
    case .q8(let bytes), .q4(let bytes):
      return (bytes.count, matrices * packing.outputs * packing.groups * format.groupBytes)
    case .int8(let bytes, _): return (bytes.count, numbers)
    }
  }

  fileprivate func check(_ packing: MatmulPacking, matrices: Int) throws(Refusal) {
    try requireSizes(packing.outputs, packing.inputs, matrices)
    try require(
      matrices >= 1 && packing.outputs >= 1 && packing.inputs >= 1,
      "\(matrices) matrices of \(packing.outputs) outputs and \(packing.inputs) inputs")
    let (given, needed) = counts(packing, matrices: matrices)
    let unit = format.isScaled ? "bytes" : "numbers"
    try require(
      given == needed,
      "\(given) \(unit) of \(format.rawValue) for \(matrices) matrices of \(packing.outputs) outputs and "
        + "\(packing.inputs) inputs, which have \(needed)")
    if case .int8(_, let scales) = self {
      try require(
        scales.count == matrices * packing.outputs,
        "\(scales.count) scales, \(matrices * packing.outputs) outputs")
    }
  }

  /// The packed words of one matrix, and how many weights became zero.
  fileprivate func pack(_ packing: MatmulPacking, matrix: Int) -> (words: [UInt32], cleaned: Int) {
    func own<T>(_ all: [T], _ count: Int) -> ArraySlice<T> { all[matrix * count..<(matrix + 1) * count] }
    let numbers = packing.outputs * packing.inputs
    let bytes = packing.outputs * packing.groups * format.groupBytes
    switch self {
    case .f32(let floats): return own(floats, numbers).withUnsafeBufferPointer { packing.pack(floats: $0) }
    case .f16(let bits):
      return (own(bits, numbers).withUnsafeBufferPointer { packing.pack(halves: $0) }, 0)
    case .bf16(let bits): return own(bits, numbers).withUnsafeBufferPointer { packing.pack(brainFloats: $0) }
    case .q8(let blocks), .q4(let blocks):
      return (own(blocks, bytes).withUnsafeBytes { packing.pack(blocks: $0) }, 0)
    case .int8(let values, let scales):
      return own(values, numbers).withUnsafeBufferPointer { values in
        own(scales, packing.outputs).withUnsafeBufferPointer { packing.pack(bytes: values, scales: $0) }
      }
    }
  }
}

extension Backend {
  /// Packed weights for the `matmul` family.
  ///
  /// - Parameters:
  ///   - outputs: rows of a matrix.
  ///   - inputs: columns.
  ///   - matrices: of this shape, one after another.
  /// - Throws: ``BackendError/invalidCall(kernel:reason:)`` where the numbers do not have the shape.
  public func makeWeights(
    _ weights: HostWeights, outputs: Int, inputs: Int, matrices: Int = 1, _ label: String
  ) throws(BackendError) -> PackedWeights {
    let packing = MatmulPacking(format: weights.format, inputs: inputs, outputs: outputs)
    try checkSizes(of: "makeWeights") { () throws(Refusal) in
      try weights.check(packing, matrices: matrices)
    }
    let words: Tensor<UInt32> = try makeTensor(matrices * packing.wordCount, label)
    var cleaned = 0
    for matrix in 0..<matrices {
      let packed = weights.pack(packing, matrix: matrix)
      try write(packed.words, to: words[matrix * packing.wordCount..<(matrix + 1) * packing.wordCount])
      cleaned += packed.cleaned
    }
    return PackedWeights(
      words: words, format: weights.format, outputs: outputs, inputs: inputs, matrices: matrices,
      cleaned: cleaned)
  }
}
