import Kernels

extension KernelCase {
  /// A mixture of two models' logits, apart or in place.
  public static func mixLogits(
    rows: Int, vocabulary: Int, mixture: LogitMixture, inPlace: Bool, random: inout CaseRandom
  ) -> KernelCase {
    let a = random.logits(rows: rows, columns: vocabulary)
    let b = random.logits(rows: rows, columns: vocabulary)
    let mixed: [CaseOperand] = inPlace ? [] : [.output("out", .float, [rows, vocabulary])]
    return KernelCase(
      """
      rows \(rows), vocabulary \(vocabulary), factors \(mixture.scaleA) and \(mixture.scaleB), \
      threshold \(mixture.threshold), \(mixture.form)
      """,
      [
        .floats("a", [rows, vocabulary], a, role: inPlace ? .inputOutput : .input),
        .floats("b", [rows, vocabulary], b),
      ] + mixed
    ) { list, o in
      list.mixLogits(
        o.floats("a"), o.floats("b"), mixture, out: o.floats(inPlace ? "a" : "out"), rows: rows,
        vocabulary: vocabulary)
    }
  }
}

let mixLogitsFamilies = [
  ("linear", false), ("contrastive", false), ("inPlace", true), ("geometric", false), ("transfer", false),
].map { name, inPlace in
  CaseFamily(.mixLogits, name) { random in
    let vocabulary = random.vocabulary()
    let linear = LogitMixture(
      scaleA: random.element([0.5, 1, 0, random.float(-70...5)]),
      scaleB: random.element([0.5, 1, 0, random.float(-70...5)]))
    let contrastive = LogitMixture.contrastive(
      beta: random.element([0.5, 1, 0.1]), alpha: random.element([0.1, 1, 0, 1e-3]))
    var geometric = LogitMixture.geometric(share: random.element([0, 1, 0.5, Double(random.unit())]))
    geometric.threshold = random.element([-.infinity, -1, 0])
    let transfer = LogitMixture.transfer(
      strength: random.element([10, 1, 0, -3, Double(random.float(-70...60))]),
      alpha: random.element([0.1, 1, 0, 1e-3]), temperature: random.element([1, 0.5, 1.7, 1e-6, 1e19]))
    if name == "transfer" || (inPlace && random.oneIn(4)) {
      return .mixLogits(
        rows: random.rows(of: vocabulary), vocabulary: vocabulary, mixture: transfer, inPlace: inPlace,
        random: &random)
    }
    if name == "geometric" || (inPlace && random.oneIn(3)) {
      return .mixLogits(
        rows: random.rows(of: vocabulary), vocabulary: vocabulary, mixture: geometric, inPlace: inPlace,
        random: &random)
    }
    return .mixLogits(
      rows: random.rows(of: vocabulary), vocabulary: vocabulary,
      mixture: name == "linear" || (inPlace && random.oneIn(2)) ? linear : contrastive, inPlace: inPlace,
      random: &random)
  }
}
