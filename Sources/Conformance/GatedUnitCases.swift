import Kernels

extension KernelCase {
  /// Gated unit: silu of the first half of a row times the second.
  public static func swiglu(rows: Int, columns: Int, significantBits: UInt32, random: inout CaseRandom)
    -> KernelCase
  {
    var x = random.floats(rows * columns * 2, exponents: -80...60)
    if random.oneIn(2) { x = x.map { $0 * 8 } }  // reaches both ends of the sigmoid
    return gatedUnit(x, rows, columns, significantBits, &random) { list, x, out in
      list.swiglu(x, out: out, rows: rows, columns: columns, significantBits: significantBits)
    }
  }

  /// Gated unit: GELU of the first half of a row times the second.
  public static func geglu(
    rows: Int, columns: Int, form: GeluForm = .tanh, significantBits: UInt32, random: inout CaseRandom
  ) -> KernelCase {
    var x = random.floats(rows * columns * 2, exponents: -126...100)
    if random.oneIn(2) { x = x.map { $0 * 4 } }  // reaches the end of the negative side
    return gatedUnit(x, rows, columns, significantBits, &random) { list, x, out in
      list.geglu(x, out: out, rows: rows, columns: columns, form: form, significantBits: significantBits)
    }
  }

  private static func gatedUnit(
    _ x: [Float], _ rows: Int, _ columns: Int, _ significantBits: UInt32, _ random: inout CaseRandom,
    record: @escaping @Sendable (any CommandList, _ x: Tensor<Float>, _ out: Tensor<Float>) -> Void
  ) -> KernelCase {
    var x = x
    random.addSpecials(&x, rarity: 8)
    return KernelCase(
      "rows \(rows), columns \(columns), bits \(significantBits)",
      [.floats("x", [rows, 2, columns], x), .output("out", .float, [rows, columns])]
    ) { list, o in record(list, o.floats("x"), o.floats("out")) }
  }
}

let gatedUnitFamilies =
  [
    CaseFamily(.swiglu) { random in
      .swiglu(
        rows: random.length(20), columns: random.length(400), significantBits: random.significantBits(),
        random: &random)
    }
  ]
  + GeluForm.allCases.map { form in
    CaseFamily(form == .tanh ? .geglu : .gegluErf) { random in
      .geglu(
        rows: random.length(20), columns: random.length(400), form: form,
        significantBits: random.significantBits(), random: &random)
    }
  }
