import Kernels
import ShaderInterface

extension KernelCase {
  /// A proposal from the history's own n-grams.
  public static func promptLookup(
    length: Int, minimum: Int, maximum: Int, count: Int, random: inout CaseRandom
  ) -> KernelCase {
    let maximumNodes = count + 1 + random.below(4)
    let alphabet = random.element([1, 2, 3, 10, 1000])
    var history = random.words(length + 1 + random.below(5), below: alphabet)
    if length >= 4 && random.oneIn(3) {  // the end repeats an earlier stretch
      let stretch = random.integer(1...length / 2)
      let from = random.below(length + 1 - stretch)
      for i in 0..<stretch { history[length + 1 - stretch + i] = history[from + i] }
    }
    return KernelCase(
      "length \(length), n-grams \(minimum)...\(maximum), count \(count), alphabet \(alphabet)",
      [
        .words("history", history),
        .words("state", random.state(length: length, nodes: maximumNodes), role: .inputOutput),
        .words("tokens", random.words(maximumNodes), role: .inputOutput),
      ]
    ) { list, o in
      list.promptLookup(
        history: o.words("history"), tree: o.tree(maximumNodes: maximumNodes), minimum: minimum,
        maximum: maximum,
        count: count)
    }
  }
}

let promptLookupFamilies = [
  CaseFamily(.promptLookup) { random in
    let minimum = random.integer(1...3)
    return .promptLookup(
      length: random.oneIn(6) ? random.below(6) : random.length(random.oneIn(8) ? 2000 : 300),
      minimum: minimum,
      maximum: minimum + random.below(6), count: random.length(33), random: &random)
  }
]
