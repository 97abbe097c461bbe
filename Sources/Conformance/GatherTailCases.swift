import Kernels
import ShaderInterface

extension KernelCase {
  /// The inputs of a convolution committed, of accepted rows or of all.
  public static func gatherTail(
    sequences: Int, maximumNodes: Int, channels: Int, width: Int, isTree: Bool, random: inout CaseRandom
  ) -> KernelCase {
    let rows = random.rows(sequences: sequences, maximumNodes: maximumNodes, isTree: isTree)
    let tail = random.words(sequences * (width - 1) * channels)
    let place = random.columns(channels)
    let stride = place.stride(channels)
    return KernelCase(
      "sequences \(sequences), nodes \(maximumNodes), rows \(rows.count), channels \(channels), width \(width)",
      rows.operands + [
        .words("result", random.results(sequences: sequences, maximumNodes: maximumNodes)),
        .words("x", random.words(rows.count * stride), [rows.count, stride]),
        .words("tail", tail, [sequences, width - 1, channels], role: .inputOutput),
      ]
    ) { list, o in
      list.gatherTail(
        o.floats("x"), at: place, result: isTree ? o.words("result") : nil, maximumNodes: maximumNodes,
        rows: o.rows(rows), tail: o.floats("tail"), channels: channels, width: width)
    }
  }
}

let gatherTailFamilies = [true, false].map { isTree in
  CaseFamily(.gatherTail, isTree ? "tree" : "chain") { random in
    .gatherTail(
      sequences: random.sequences(), maximumNodes: random.length(33), channels: random.length(140),
      width: random.integer(2...random.element([4, 16])), isTree: isTree, random: &random)
  }
}
