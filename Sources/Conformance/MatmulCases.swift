import Kernels
import Reference
import ShaderInterface

/// One matmul call.
public struct MatmulShape: Sendable {
  public let kind: MatmulKind
  /// Of one matrix, or of x with choices.
  public var rows: Int
  public var inputs: Int
  public var outputs: Int
  public var accumulate = false
  public var hasBias = false
  public var transform = OutputTransform.none
  public var significantBits: UInt32 = 24
  public var matrices = 1
  /// Matrices that each row chooses; 0: matrix m has rows m * rows ..< (m + 1) * rows.
  public var choices = 0
  /// Rows a group of the sorted choices; nil: they are not sorted.
  public var sortedRows: Int?
  // Layouts that a call may force.
  var rowsPerGroup: Int?
  var outputsPerLane: Int?
  var bytesPerBinding: Int?

  public init(_ kind: MatmulKind, rows: Int, inputs: Int, outputs: Int) {
    self.kind = kind
    self.rows = rows
    self.inputs = inputs
    self.outputs = outputs
  }

  var format: PackedWeights.Format { kind.format }
  var inputRows: Int { choices == 0 ? rows * matrices : rows }
  var outputRows: Int { choices == 0 ? rows * matrices : rows * choices }

  var description: String {
    var parts = ["rows \(rows)", "inputs \(inputs)", "outputs \(outputs)"]
    if accumulate { parts.append("accumulate") }
    if hasBias { parts.append("bias") }
    if transform != .none { parts.append("\(transform)") }
    if significantBits < 24 { parts.append("bits \(significantBits)") }
    if matrices > 1 { parts.append("matrices \(matrices)") }
    if choices > 0 { parts.append("choices \(choices)") }
    if let sortedRows { parts.append("sorted by \(sortedRows)") }
    return parts.joined(separator: ", ")
  }
}

extension KernelCase {
  /// Activations times packed weights.
  public static func matmul(_ s: MatmulShape, random: inout CaseRandom) -> KernelCase {
    let weights = (0..<s.matrices).flatMap { _ in
      random.packedWeights(s.format, outputs: s.outputs, inputs: s.inputs)
    }
    let shape = [s.outputRows, s.outputs]
    let count = s.outputRows * s.outputs
    var operands: [CaseOperand] = [
      random.matmulInput(s),
      CaseOperand(
        "weights", .input, s.format == .f32 ? .float : .word,
        shape: [s.matrices, weights.count / s.matrices],
        weights),
      s.accumulate
        ? .floats("out", shape, random.floats(count, exponents: -60...60), role: .inputOutput)
        : .output("out", .float, shape),
    ]
    if s.hasBias {
      let bias = random.floats(s.matrices * s.outputs, exponents: -60...60)
      operands.append(.floats("bias", [s.matrices, s.outputs], bias))
    }
    if s.choices > 0 {
      let indices = random.choices(s.outputRows, of: s.matrices)
      operands.append(.words("choices", indices, [s.rows, s.choices]))
      if let size = s.sortedRows {
        let groups = SortedChoices.groups(rows: s.outputRows, matrices: s.matrices, rowsPerGroup: size)
        operands.append(.output("schedule", .word, [groups, 1 + size]))
      }
    }
    return KernelCase(s.description, operands) { list, o in
      if s.kind.hasByteRows { s.record(list, o.words("x"), o) } else { s.record(list, o.floats("x"), o) }
    }
  }
}

extension MatmulShape {
  fileprivate func record<Input: MatmulInput>(_ list: any CommandList, _ x: Tensor<Input>, _ o: BoundOperands)
  {
    let sorted = sortedRows.map { SortedChoices(schedule: o.words("schedule"), rowsPerGroup: $0) }
    if let sorted { list.sortChoices(o.words("choices"), out: sorted, rows: outputRows, matrices: matrices) }
    list.matmul(
      x,
      PackedWeights(
        words: o.words("weights"), format: format, outputs: outputs, inputs: inputs, matrices: matrices),
      out: o.floats("out"), rows: rows, accumulate: accumulate, bias: hasBias ? o.floats("bias") : nil,
      transform: transform, significantBits: significantBits,
      choices: choices > 0
        ? MatrixChoices(indices: o.words("choices"), count: choices, sorted: sorted) : nil,
      rowsPerGroup: rowsPerGroup, outputsPerLane: outputsPerLane, bytesPerBinding: bytesPerBinding)
  }
}

extension CaseRandom {
  /// Sums stay finite and no product is subnormal: the domain that Contract.md states for each format.
  fileprivate mutating func matmulInput(_ s: MatmulShape) -> CaseOperand {
    guard s.kind.hasByteRows else {
      let x = activations(s.inputRows * s.inputs, bits: s.format.activationBits, exponents: -70...40)
      return .floats("x", [s.inputRows, s.inputs], x)
    }
    let columns = s.kind.rowWords(inputs: s.inputs)
    let words = (0..<s.inputRows).flatMap { _ in
      s.format == .int8 ? byteRow(s.inputs, words: columns) : byteBlocks(s.inputs, words: columns)
    }
    return .words("x", words, [s.inputRows, columns])
  }

  /// A row as quantizeRows writes it.
  private mutating func byteRow(_ inputs: Int, words: Int) -> [UInt32] {
    var row = [UInt32](repeating: 0, count: words)
    for k in 0..<inputs { row[k / 4] |= byte() << UInt32(k % 4 * 8) }
    row[words - 4] = scale(nanRarity: 12)
    return row
  }

  /// A row as quantizeBlocks writes it.
  private mutating func byteBlocks(_ inputs: Int, words: Int) -> [UInt32] {
    let (block, chunk) = (Int(BLOCK_INPUTS), Int(DOT_CHUNK))
    var row = [UInt32](repeating: 0, count: words)
    for k in 0..<inputs {
      let first = k / chunk * Int(QUANTIZED_CHUNK_WORDS)
      row[first + k % chunk / 4] |= byte() << UInt32(k % 4 * 8)
      if k % block == 0 {
        row[first + chunk / 4 + k % chunk / block] = scale(nanRarity: 12 * (inputs / block + 1))
      }
    }
    return row
  }

  /// Any byte.
  private mutating func byte() -> UInt32 { UInt32(oneIn(8) ? 0x80 : below(256)) }

  private mutating func scale(nanRarity: Int) -> UInt32 {
    oneIn(nanRarity) ? NAN_BITS : oneIn(12) ? 0 : abs(float(-67...53)).bitPattern
  }

  /// Weights `[outputs][inputs]`, packed and cleaned as at load.
  mutating func packedWeights(_ format: PackedWeights.Format, outputs: Int, inputs: Int) -> [UInt32] {
    let packing = MatmulPacking(format: format, inputs: inputs, outputs: outputs)
    switch format {
    case .f32:
      let weights = floats(outputs * inputs, exponents: -45...40)
      return weights.withUnsafeBufferPointer { packing.pack(floats: $0).words }
    case .f16:
      return halves(outputs * inputs).withUnsafeBufferPointer { packing.pack(halves: $0) }
    case .bf16:
      let weights = floats(outputs * inputs, exponents: -45...40).map { UInt16($0.bitPattern >> 16) }
      return weights.withUnsafeBufferPointer { packing.pack(brainFloats: $0).words }
    case .q8, .q4:
      return blocks(packing).withUnsafeBytes { packing.pack(blocks: $0) }
    case .int8:
      let bytes = words(outputs * inputs).map { Int8(truncatingIfNeeded: $0) }
      let scales = floats(outputs, exponents: -70...40)
      return bytes.withUnsafeBufferPointer { bytes in
        scales.withUnsafeBufferPointer { packing.pack(bytes: bytes, scales: $0).words }
      }
    }
  }

  /// Published blocks `[outputs][groups]`: any integers, finite scales.
  private mutating func blocks(_ packing: MatmulPacking) -> [UInt8] {
    let scales = halves(packing.outputs * packing.groups)
    let isExtreme = oneIn(3)
    return scales.flatMap { scale in
      let bytes = (2..<packing.format.groupBytes).map { _ in
        isExtreme ? element([0x80, 0x7f, 0x88, 0, 0xff] as [UInt8]) : UInt8(truncatingIfNeeded: word())
      }
      return [UInt8(truncatingIfNeeded: scale), UInt8(scale >> 8)] + bytes
    }
  }
}

/// Every tile in the device's own layout, and every layout that a call may force.
let matmulFamilies = MatmulKind.all.flatMap { kind in
  let tiles = [1, 2, 3, 4, 8, 11, 12, 16].flatMap { (tile: Int) in
    [true, false].map { isAligned in
      CaseFamily(kind.kernel, "tile\(tile)-\(isAligned ? "aligned" : "unaligned")") { random in
        random.matmul(kind, isAligned: isAligned) { shape, _ in shape.rowsPerGroup = tile }
      }
    }
  }
  let layouts = [
    (0, 1), (0, 9), (0, 12), (0, 16), (1, 1), (1, 4), (1, 16), (4, 2), (4, 16), (8, 2), (8, 8), (8, 14),
  ]
  let forced = layouts.filter { kind.format != .int8 || $0.0 <= 1 }.map { (outputs: Int, tile: Int) in
    CaseFamily(kind.kernel, "tile\(tile)-outputs\(outputs)") { random in
      random.matmul(kind) { shape, _ in (shape.rowsPerGroup, shape.outputsPerLane) = (tile, outputs) }
    }
  }
  return tiles + forced + matmulOptions(kind)
}

/// What a call may ask for beyond the product.
private func matmulOptions(_ kind: MatmulKind) -> [CaseFamily] {
  [
    CaseFamily(kind.kernel, "fused") { random in
      random.matmul(kind) { shape, random in
        shape.hasBias = !random.oneIn(4)
        shape.transform = random.element(OutputTransform.allCases)
        shape.significantBits = random.significantBits()
      }
    },
    CaseFamily(kind.kernel, "stacked") { random in
      random.matmul(kind) { shape, random in random.stack(&shape) }
    },
    CaseFamily(kind.kernel, "choices") { random in
      random.matmul(kind) { shape, random in
        random.stack(&shape)
        shape.choices = random.integer(1...3)
        if random.oneIn(2) { shape.sortedRows = random.element([16, 16, 8, 5]) }
      }
    },
    CaseFamily(kind.kernel, "sliced") { random in
      random.matmul(kind) { shape, random in
        if random.oneIn(2) { random.stack(&shape) }
        if random.oneIn(2) { shape.choices = random.integer(1...2) }
        if shape.choices > 0 && random.oneIn(2) { shape.sortedRows = 16 }
        let packing = MatmulPacking(format: kind.format, inputs: shape.inputs, outputs: shape.outputs)
        shape.bytesPerBinding =
          random.oneIn(2)
          ? packing.tileWordCount * 4 * random.integer(4...9) : packing.wordCount * 4 * random.integer(1...2)
      }
    },
  ]
}

extension CaseRandom {
  /// Some of the shape's rows for each of several matrices, with a bias now and then.
  fileprivate mutating func stack(_ shape: inout MatmulShape) {
    shape.matrices = integer(2...5)
    shape.rows = (shape.rows + shape.matrices - 1) / shape.matrices
    shape.outputs = (shape.outputs + 1) / 2
    shape.hasBias = oneIn(2)
  }

  /// A case of random shape; `isAligned`: inputs are a multiple of 8, are not, or either.
  fileprivate mutating func matmul(
    _ kind: MatmulKind, isAligned: Bool? = nil,
    _ change: (inout MatmulShape, inout CaseRandom) -> Void
  ) -> KernelCase {
    let wantsAligned = isAligned ?? oneIn(2)
    var shape: MatmulShape
    repeat {
      shape = MatmulShape(kind, rows: length(40), inputs: length(700), outputs: length(200))
      if wantsAligned {
        shape.inputs = (shape.inputs + 7) / 8 * 8
      } else if shape.inputs % 8 == 0 {
        shape.inputs += integer(1...7)
      }
    } while shape.rows * shape.inputs * shape.outputs > 200_000
    shape.accumulate = oneIn(3)
    change(&shape, &self)
    return .matmul(shape, random: &self)
  }
}
