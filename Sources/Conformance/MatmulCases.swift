import Kernels
import Numerics
import ShaderInterface

extension KernelCase {
  /// Activations times packed weights.
  public static func matmul(
    _ format: PackedWeights.Format, rows: Int, inputs: Int, outputs: Int, accumulate: Bool,
    rowsPerGroup: Int?,
    random: inout CaseRandom
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
        rowsPerGroup: rowsPerGroup)
    }
  }
}

extension CaseRandom {
  /// Weights `[outputs][inputs]` in the tile layout of `matmul.h`, padding zero.
  mutating func packedWeights(_ format: PackedWeights.Format, outputs: Int, inputs: Int) -> [UInt32] {
    var words = [UInt32](
      repeating: 0, count: PackedWeights.wordCount(format, outputs: outputs, inputs: inputs))
    let groups = (inputs + format.group - 1) / format.group
    func wordIndex(_ n: Int, _ k: Int) -> Int { ((n / 32 * groups + k / format.group) * 32 + n % 32) * 4 }
    switch format {
    case .f16:
      let list = halves(outputs * inputs)
      for n in 0..<outputs {
        for k in 0..<inputs {
          words[wordIndex(n, k) + k % 8 / 2] |= UInt32(list[n * inputs + k]) << UInt32(k % 2 * 16)
        }
      }
    case .f32:
      // Cleaned as at load: magnitudes below 2^-38 are zero.
      let list = floats(outputs * inputs, exponents: -45...40).map { abs($0) < 0x1p-38 ? 0 : $0 }
      for n in 0..<outputs {
        for k in 0..<inputs { words[wordIndex(n, k) + k % 4] = list[n * inputs + k].bitPattern }
      }
    }
    return words
  }
}

let matmulFamilies = PackedWeights.Format.allCases.flatMap { format in
  [1, 2, 4, 8, 16].flatMap { tile in
    [true, false].map { aligned in
      CaseFamily(
        format == .f16 ? .matmulF16 : .matmulF32, "tile\(tile)-\(aligned ? "aligned" : "unaligned")"
      ) { random in
        var (rows, inputs, outputs) = (0, 0, 0)
        repeat {
          rows = random.length(40)
          inputs = random.length(700)
          outputs = random.length(200)
          if aligned {
            inputs = (inputs + 7) / 8 * 8
          } else if inputs % 8 == 0 {
            inputs += random.integer(1...7)
          }
        } while rows * inputs * outputs > 200_000
        return .matmul(
          format, rows: rows, inputs: inputs, outputs: outputs, accumulate: random.oneIn(3),
          rowsPerGroup: tile,
          random: &random)
      }
    }
  }
}
