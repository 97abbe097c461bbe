@testable import shader_compiler

/// A shader whose fused products round once, as a GPU's do: CPU drivers round product and sum apart.
///
/// `fma(a, b, c)` becomes float(double(a) * double(b) + double(c)). The product is exact, and a sum of two floats that is
/// rounded to 53 bits and then to 24 is what one rounding to 24 gives.
struct FusedProducts {
  private(set) var words: [UInt32] = []
  /// Products that are fused.
  private(set) var count = 0

  private let standard: UInt32?
  private var bound: UInt32
  private var double: UInt32 = 0
  /// Factors of separate products, if these are to be fused too.
  private var factors: [UInt32: (UInt32, UInt32)] = [:]

  /// - Parameter fusesAll: also sums of a product that are two operations of the shader.
  init(_ words: [UInt32], fusesAll: Bool = false) throws(ShaderFailure) {
    let module = try SpirvModule(words: words)
    bound = module.bound
    standard =
      module.instructions.first { $0.opcode == .extInstImport && $0.string(at: 1) == "GLSL.std.450" }?[0]
    double = newID()
    let firstFunction = module.instructions.firstIndex { $0.opcode == .function } ?? 0
    let head = module.instructions[..<firstFunction]
    var body: [SpirvInstruction] = []
    for i in module.instructions[firstFunction...] {
      if fusesAll && i.opcode == .fMul { factors[i[1]] = (i[2], i[3]) }
      body += fused(i) ?? [i]
    }
    let (float64, capability) = (
      SpirvInstruction(.typeFloat, [double, 64]), SpirvInstruction(.capability, [10])
    )
    let instructions = [capability] + head + [float64] + body
    self.words = module.header(bound: bound) + instructions.flatMap(\.words)
  }

  private mutating func newID() -> UInt32 {
    defer { bound += 1 }
    return bound
  }

  /// What stands in for a fused product; nil for other instructions.
  private mutating func fused(_ i: SpirvInstruction) -> [SpirvInstruction]? {
    if i.opcode == .extInst, i[2] == standard, i[3] == 50 { return sum(i, i[4], i[5], i[6]) }  // Fma
    if i.opcode == .fAdd, let (a, b) = factors[i[3]] { return sum(i, a, b, i[2]) }
    return nil
  }

  private mutating func sum(_ i: SpirvInstruction, _ a: UInt32, _ b: UInt32, _ c: UInt32)
    -> [SpirvInstruction]
  {
    count += 1
    let (x, y, z, product, sum) = (newID(), newID(), newID(), newID(), newID())
    return [
      SpirvInstruction(.fConvert, [double, x, a]), SpirvInstruction(.fConvert, [double, y, b]),
      SpirvInstruction(.fConvert, [double, z, c]), SpirvInstruction(.fMul, [double, product, x, y]),
      SpirvInstruction(.fAdd, [double, sum, product, z]), SpirvInstruction(.fConvert, [i[0], i[1], sum]),
    ]
  }
}
