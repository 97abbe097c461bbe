import Kernels
import ShaderInterface

extension KernelCase {
  /// A proposal from the history's own n-grams.
  public static func promptLookup(
    sequences: Int = 1, length: Int, minimum: Int, maximum: Int, count: Int, random: inout CaseRandom
  ) -> KernelCase {
    let maximumNodes = count + 1 + random.below(4)
    let alphabet = random.element([1, 2, 3, 10, 1000])
    let capacity = length + 1 + random.below(5)
    var trees = random.packedTrees(sequences: sequences, maximumNodes: maximumNodes, hasRoom: true)
    var history: [UInt32] = []
    for s in 0..<sequences {
      let own = s == 0 ? length : random.below(length + 8)  // some longer than their history
      var text = random.words(capacity, below: alphabet)
      let end = min(own + 1, capacity)
      if end >= 5 && random.oneIn(3) {  // the end repeats an earlier stretch
        let stretch = random.integer(1...(end - 1) / 2)
        let from = random.below(end - stretch)
        for i in 0..<stretch { text[end - stretch + i] = text[from + i] }
      }
      history += text
      trees.set(STATE_LENGTH, of: s, to: UInt32(own))
    }
    return KernelCase(
      "\(sequences) of length \(length), n-grams \(minimum)...\(maximum), count \(count), alphabet \(alphabet)",
      [
        .words("history", history, [sequences, capacity]),
        .words("state", trees.state, role: .inputOutput),
        .words("tokens", random.words(trees.capacity), role: .inputOutput),
      ]
    ) { list, o in
      list.promptLookup(
        history: o.words("history"), tree: o.tree(maximumNodes: maximumNodes), minimum: minimum,
        maximum: maximum, count: count, sequences: sequences)
    }
  }
}

let promptLookupFamilies = [false, true].map { isBatch in
  CaseFamily(.promptLookup, isBatch ? "batch" : "plain") { random in
    let minimum = random.integer(1...3)
    return .promptLookup(
      sequences: isBatch ? random.integer(2...5) : 1,
      length: random.oneIn(6) ? random.below(6) : random.length(random.oneIn(8) ? 2000 : 300),
      minimum: minimum,
      maximum: minimum + random.below(6), count: random.length(33), random: &random)
  }
}
