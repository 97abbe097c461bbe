import Kernels

extension KernelCase {
  /// Elementwise sum with a scale for each summand, apart or in place.
  public static func scaledAdd(
    count: Int, significantBits: UInt32, inPlace: Bool, random: inout CaseRandom
  ) -> KernelCase {
    var scales: [Float] = []
    for _ in 0..<2 {
      scales.append(random.oneIn(2) ? random.float(-3...3) : random.float(-126...100))
      if random.oneIn(8) { scales[scales.count - 1] = random.element([0, -0.0, 1, -1, 0x1p-130]) }
    }
    var a = random.floats(count, exponents: -126...127)
    var b = random.floats(count, exponents: -126...127)
    if random.oneIn(2) {  // b nearly cancels a: results around the flush threshold and below
      scales[1] = -scales[0]
      for i in b.indices { b[i] = Float(bitPattern: a[i].bitPattern ^ UInt32(random.below(2))) }
    }
    random.addSpecials(&a)
    random.addSpecials(&b)
    let (scaleA, scaleB) = (scales[0], scales[1])
    let sum: [CaseOperand] = inPlace ? [] : [.output("out", .float, [count])]
    return KernelCase(
      "count \(count), scales \(scaleA) \(scaleB), bits \(significantBits)",
      [.floats("a", [count], a, role: inPlace ? .inputOutput : .input), .floats("b", [count], b)] + sum
    ) { list, o in
      list.scaledAdd(
        o.floats("a"), scaleA: scaleA, o.floats("b"), scaleB: scaleB, out: o.floats(inPlace ? "a" : "out"),
        count: count, significantBits: significantBits)
    }
  }
}

let scaledAddFamilies = [false, true].map { inPlace in
  CaseFamily(.scaledAdd, inPlace ? "inPlace" : "apart") { random in
    .scaledAdd(
      count: random.length(5000), significantBits: random.significantBits(), inPlace: inPlace, random: &random
    )
  }
}
