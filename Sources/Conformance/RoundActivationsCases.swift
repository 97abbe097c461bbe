import Kernels

extension KernelCase {
  /// Rounding to significant bits, apart or in place; any bits at all are in the domain.
  public static func roundActivations(
    count: Int, significantBits: UInt32, inPlace: Bool, random: inout CaseRandom
  ) -> KernelCase {
    var x = random.floats(count, exponents: -126...127)
    if random.oneIn(3) { x = random.words(count).map { Float(bitPattern: $0) } }
    random.addSpecials(&x)
    let result: [CaseOperand] = inPlace ? [] : [.output("out", .float, [count])]
    return KernelCase(
      "count \(count), bits \(significantBits)",
      [.floats("x", [count], x, role: inPlace ? .inputOutput : .input)] + result
    ) { list, o in
      list.roundActivations(
        o.floats("x"), out: o.floats(inPlace ? "x" : "out"), count: count, significantBits: significantBits)
    }
  }
}

let roundActivationsFamilies = [false, true].map { inPlace in
  CaseFamily(.roundActivations, inPlace ? "inPlace" : "apart") { random in
    .roundActivations(
      count: random.length(5000), significantBits: random.significantBits(), inPlace: inPlace, random: &random
    )
  }
}
