import Kernels

extension KernelCase {
  /// Elementwise GELU, apart or in place.
  public static func gelu(
    count: Int, significantBits: UInt32, inPlace: Bool, random: inout CaseRandom
  ) -> KernelCase {
    var x = random.floats(count, exponents: -126...127)
    if random.oneIn(2) { x = random.floats(count, pattern: .plain, exponents: 0...0) }  // where it bends
    random.addSpecials(&x)
    return KernelCase(
      "count \(count), bits \(significantBits)",
      [.floats("x", [count], x, role: inPlace ? .inputOutput : .input)]
        + (inPlace ? [] : [.output("out", .float, [count])])
    ) { list, o in
      list.gelu(
        o.floats("x"), out: o.floats(inPlace ? "x" : "out"), count: count, significantBits: significantBits)
    }
  }
}

let geluFamilies = [false, true].map { inPlace in
  CaseFamily(.gelu, inPlace ? "inPlace" : "apart") { random in
    .gelu(
      count: random.length(5000), significantBits: random.significantBits(), inPlace: inPlace, random: &random
    )
  }
}
