import Kernels

extension KernelCase {
  /// Elementwise GELU, apart or in place.
  public static func gelu(
    count: Int, form: GeluForm = .tanh, significantBits: UInt32, inPlace: Bool, random: inout CaseRandom
  ) -> KernelCase {
    var x = random.floats(count, exponents: -126...127)
    if random.oneIn(2) { x = random.floats(count, pattern: .plain, exponents: 0...0) }  // where it bends
    if form == .erf && random.oneIn(2) { x = x.map { $0 * 4 } }  // reaches the end of the negative side
    random.addSpecials(&x)
    return KernelCase(
      "count \(count), bits \(significantBits)",
      [.floats("x", [count], x, role: inPlace ? .inputOutput : .input)]
        + (inPlace ? [] : [.output("out", .float, [count])])
    ) { list, o in
      list.gelu(
        o.floats("x"), out: o.floats(inPlace ? "x" : "out"), count: count, form: form,
        significantBits: significantBits)
    }
  }
}

let geluFamilies = GeluForm.allCases.flatMap { form in
  [false, true].map { inPlace in
    CaseFamily(form == .tanh ? .gelu : .geluErf, inPlace ? "inPlace" : "apart") { random in
      .gelu(
        count: random.length(5000), form: form, significantBits: random.significantBits(), inPlace: inPlace,
        random: &random)
    }
  }
}
