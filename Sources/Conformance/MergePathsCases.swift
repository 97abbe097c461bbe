import Kernels
import ShaderInterface

extension KernelCase {
  /// Paths over a small alphabet, so that beginnings repeat; some are short, some equal.
  public static func mergePaths(
    sequences: Int, paths: Int, length: Int, maximumNodes: Int, merging: Bool, random: inout CaseRandom
  ) -> KernelCase {
    var tokens = random.words(sequences * paths * length, below: random.integer(1...4))
    for path in 0..<sequences * paths {
      if random.oneIn(3) { tokens[path * length + random.below(length)] = NO_TOKEN }
      if path > 0 && random.oneIn(4) {
        let from = random.below(path)
        for d in 0..<length { tokens[path * length + d] = tokens[from * length + d] }
      }
    }
    let trees = random.packedTrees(sequences: sequences, maximumNodes: maximumNodes, hasRoom: true)
    return KernelCase(
      "sequences \(sequences), paths \(paths) of \(length), nodes \(maximumNodes)",
      [
        .words("paths", tokens, [sequences, paths, length]),
        .words("state", trees.state, role: .inputOutput),
        .words("tokens", random.words(trees.capacity), role: .inputOutput),
        .output("parents", .word, [trees.capacity]),
        .output("nodes", .word, [sequences, paths, length]),
      ]
    ) { list, o in
      list.mergePaths(
        o.words("paths"), count: paths, length: length, merging: merging,
        into: o.tree(maximumNodes: maximumNodes), nodes: o.words("nodes"), sequences: sequences)
    }
  }
}

let mergePathsFamilies = [true, false].map { merging in
  CaseFamily(.mergePaths, merging ? "merging" : "apart") { random in
    let paths = random.length(64)
    return .mergePaths(
      sequences: random.sequences(), paths: paths, length: random.integer(1...min(64, 4096 / paths)),
      maximumNodes: random.length(random.oneIn(4) ? 1024 : 70), merging: merging, random: &random)
  }
}
