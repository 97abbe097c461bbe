import Kernels
import ShaderInterface

extension KernelCase {
  /// The log-probabilities of tokens of a row; some lie outside the vocabulary.
  public static func tokenLogProbability(
    rows: Int, vocabulary: Int, count: Int, random: inout CaseRandom
  ) -> KernelCase {
    tokenLogProbability(
      rows: rows, vocabulary: vocabulary, count: count, temperatures: .one, random: &random)
  }

  static func tokenLogProbability(
    rows: Int, vocabulary: Int, count: Int, temperatures: RowTemperatures, random: inout CaseRandom
  ) -> KernelCase {
    var tokens = random.words(rows * count, below: vocabulary)
    if random.oneIn(8) {
      tokens[random.below(tokens.count)] = random.element([UInt32(vocabulary), NO_TOKEN, 0x8000_0000])
    }
    return KernelCase(
      "rows \(rows), vocabulary \(vocabulary), tokens \(count), \(temperatures.shape)",
      [
        .floats("logits", [rows, vocabulary], random.logits(rows: rows, columns: vocabulary)),
        .words("tokens", tokens, [rows, count]), .output("out", .float, [rows, count]),
        .output("status", .word, [rows]),
      ] + temperatures.operands
    ) { list, o in
      list.tokenLogProbability(
        o.floats("logits"), tokens: o.words("tokens"), temperature: temperatures.temperature,
        warps: temperatures.warps(o), out: o.floats("out"), status: o.words("status"), rows: rows,
        vocabulary: vocabulary, count: count)
    }
  }
}

let tokenLogProbabilityFamilies = [
  CaseFamily(.tokenLogProbability) { random in
    let vocabulary = random.vocabulary()
    let rows = random.rows(of: vocabulary)
    let temperatures = RowTemperatures(rows: rows, random: &random)
    return .tokenLogProbability(
      rows: rows, vocabulary: vocabulary, count: random.oneIn(2) ? 1 : random.length(300),
      temperatures: temperatures, random: &random)
  }
]
