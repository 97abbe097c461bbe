import Kernels

extension KernelCase {
  /// Elementwise sum, apart or in place.
  public static func residualAdd(
    count: Int, significantBits: UInt32, inPlace: Bool, random: inout CaseRandom
  ) -> KernelCase {
    var a = random.floats(count, exponents: -126...127)
    var b = random.floats(count, exponents: -126...127)
    if random.oneIn(2) {  // b nearly cancels a: results around the flush threshold and below
      for i in b.indices { b[i] = Float(bitPattern: (-a[i]).bitPattern ^ UInt32(random.below(2))) }
    }
    random.addSpecials(&a)
    random.addSpecials(&b)
    let sum: [CaseOperand] = inPlace ? [] : [.output("out", .float, [count])]
    return KernelCase(
      "count \(count), bits \(significantBits)",
      [.floats("a", [count], a, role: inPlace ? .inputOutput : .input), .floats("b", [count], b)] + sum
    ) { list, o in
      list.residualAdd(
        o.floats("a"), o.floats("b"), out: o.floats(inPlace ? "a" : "out"), count: count,
        significantBits: significantBits)
    }
  }
}

let residualAddFamilies = [false, true].map { inPlace in
  CaseFamily(.residualAdd, inPlace ? "inPlace" : "apart") { random in
    .residualAdd(
      count: random.length(5000), significantBits: random.significantBits(), inPlace: inPlace, random: &random
    )
  }
}
