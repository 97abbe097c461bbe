import Kernels
import Reference

extension KernelCase {
  /// Activations times packed weights.
  public static func matmul(
    _ format: PackedWeights.Format, rows: Int, inputs: Int, outputs: Int, accumulate: Bool,
    rowsPerGroup: Int?, outputsPerLane: Int? = nil, random: inout CaseRandom
  ) -> KernelCase {
    // Sums stay finite and no product is subnormal: the domain that Contract.md states for each format.
    let x = random.activations(rows * inputs, bits: format.activationBits, exponents: -70...40)
    let weights = random.packedWeights(format, outputs: outputs, inputs: inputs)
    let shape = [(outputs + 31) / 32, (inputs + format.group - 1) / format.group, 32, 4]
    let out =
      accumulate
      ? CaseOperand.floats(
        "out", [rows, outputs], random.floats(rows * outputs, exponents: -60...60), role: .inputOutput)
      : .output("out", .float, [rows, outputs])
    return KernelCase(
      "rows \(rows), inputs \(inputs), outputs \(outputs)\(accumulate ? ", accumulate" : "")",
      [
        .floats("x", [rows, inputs], x),
        CaseOperand("weights", .input, format == .f16 ? .halves : .float, shape: shape, weights), out,
      ]
    ) { list, o in
      let packed = PackedWeights(words: o.words("weights"), format: format, outputs: outputs, inputs: inputs)
      list.matmul(
        o.floats("x"), packed, out: o.floats("out"), rows: rows, accumulate: accumulate,
        rowsPerGroup: rowsPerGroup, outputsPerLane: outputsPerLane)
    }
  }
}

extension CaseRandom {
  /// Weights `[outputs][inputs]`, packed and cleaned as at load.
  mutating func packedWeights(_ format: PackedWeights.Format, outputs: Int, inputs: Int) -> [UInt32] {
    switch format {
    case .f16:
      let packing = MatmulPacking(format: .f16, inputs: inputs, outputs: outputs)
      return halves(outputs * inputs).withUnsafeBufferPointer { packing.pack(halves: $0) }
    case .f32:
      let packing = MatmulPacking(format: .f32, inputs: inputs, outputs: outputs)
      let weights = floats(outputs * inputs, exponents: -45...40)
      return weights.withUnsafeBufferPointer { packing.pack(floats: $0).words }
    }
  }
}

/// Every tile in the device's own layout, and every layout that a call may force.
let matmulFamilies = PackedWeights.Format.allCases.flatMap { format in
  let tiles = [1, 2, 3, 4, 8, 11, 12, 16].flatMap { tile in
    [true, false].map { matmulFamily(format, tile: tile, outputsPerLane: nil, aligned: $0) }
  }
  let forced = [
    (0, 1), (0, 9), (0, 12), (0, 16), (1, 1), (1, 4), (1, 16), (4, 2), (4, 16), (8, 2), (8, 8), (8, 14),
  ].map {
    matmulFamily(format, tile: $1, outputsPerLane: $0, aligned: nil)
  }
  return tiles + forced
}

/// Cases of one layout; `aligned`: inputs are a multiple of 8, are not, or either.
private func matmulFamily(
  _ format: PackedWeights.Format, tile: Int, outputsPerLane: Int?, aligned: Bool?
) -> CaseFamily {
  let layout = outputsPerLane.map { "-outputs\($0)" } ?? ""
  let alignment = aligned.map { $0 ? "-aligned" : "-unaligned" } ?? ""
  return CaseFamily(
    format == .f16 ? .matmulF16 : .matmulF32, "tile\(tile)\(layout)\(alignment)"
  ) { random in
    var (rows, inputs, outputs) = (0, 0, 0)
    let wantsAligned = aligned ?? random.oneIn(2)
    repeat {
      rows = random.length(40)
      inputs = random.length(700)
      outputs = random.length(200)
      if wantsAligned {
        inputs = (inputs + 7) / 8 * 8
      } else if inputs % 8 == 0 {
        inputs += random.integer(1...7)
      }
    } while rows * inputs * outputs > 200_000
    return .matmul(
      format, rows: rows, inputs: inputs, outputs: outputs, accumulate: random.oneIn(3),
      rowsPerGroup: tile, outputsPerLane: outputsPerLane, random: &random)
  }
}
