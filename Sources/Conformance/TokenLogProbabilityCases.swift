import Kernels
import ShaderInterface

extension KernelCase {
  /// The log-probability of one token a row; some tokens lie outside the vocabulary.
  public static func tokenLogProbability(rows: Int, vocabulary: Int, random: inout CaseRandom) -> KernelCase {
    var tokens = random.words(rows, below: vocabulary)
    if random.oneIn(8) {
      tokens[random.below(rows)] = random.element([UInt32(vocabulary), NO_TOKEN, 0x8000_0000])
    }
    return KernelCase(
      "rows \(rows), vocabulary \(vocabulary)",
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .words("tokens", tokens), .output("out", .float, [rows]), .output("status", .word, [rows]),
      ]
    ) { list, o in
      list.tokenLogProbability(
        o.floats("logits"), tokens: o.words("tokens"), out: o.floats("out"), status: o.words("status"),
        rows: rows, vocabulary: vocabulary)
    }
  }
}

let tokenLogProbabilityFamilies = [
  CaseFamily(.tokenLogProbability) { random in
    let vocabulary = random.vocabulary()
    return .tokenLogProbability(rows: random.rows(of: vocabulary), vocabulary: vocabulary, random: &random)
  }
]
