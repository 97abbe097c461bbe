import Kernels

extension KernelCase {
  /// Tree nodes from candidate lists.
  public static func gatherTokens(first: Int, count: Int, candidates: Int, random: inout CaseRandom)
    -> KernelCase
  {
    KernelCase(
      "first \(first), count \(count), candidates \(candidates)",
      [
        .words("candidates", random.words(candidates)),
        .words("source", random.words(count, below: candidates)),
        .words("tokens", random.words(first + count + random.below(3)), role: .inputOutput),
      ]
    ) { list, o in
      list.gatherTokens(
        o.words("candidates"), source: o.words("source"), tokens: o.words("tokens"), first: first,
        count: count)
    }
  }
}

let gatherTokensFamilies = [
  CaseFamily(.gatherTokens) { random in
    .gatherTokens(
      first: random.below(10), count: random.length(600), candidates: random.length(600), random: &random)
  }
]
