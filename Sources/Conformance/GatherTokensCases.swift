import Kernels
import ShaderInterface

extension KernelCase {
  /// Tree nodes from candidate lists, some sources outside of them.
  public static func gatherTokens(
    sequences: Int, first: Int, count: Int, candidates: Int, random: inout CaseRandom
  ) -> KernelCase {
    let trees = random.packedTrees(sequences: sequences, maximumNodes: first + count, hasRoom: true)
    return KernelCase(
      "sequences \(sequences), first \(first), count \(count), candidates \(candidates)",
      [
        .words("candidates", random.words(sequences * candidates), [sequences, candidates]),
        .words("source", random.words(count, below: candidates + (random.oneIn(4) ? 2 : 0))),
        .words("state", trees.state),
        .words("tokens", random.words(trees.capacity), role: .inputOutput),
      ]
    ) { list, o in
      list.gatherTokens(
        o.words("candidates"), source: o.words("source"), tokens: o.words("tokens"), first: first,
        count: count, sequences: sequences, state: sequences == 1 ? nil : o.words("state"))
    }
  }
}

let gatherTokensFamilies = [
  CaseFamily(.gatherTokens) { random in
    .gatherTokens(
      sequences: random.sequences(), first: random.below(10), count: random.length(600),
      candidates: random.length(600), random: &random)
  }
]
