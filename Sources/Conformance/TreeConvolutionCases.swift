import Kernels
import ShaderInterface

extension KernelCase {
  /// A convolution over trees, or over rows in order, with and without bias and gate.
  public static func treeConvolution(
    sequences: Int, maximumNodes: Int, channels: Int, width: Int, isTree: Bool, random: inout CaseRandom
  ) -> KernelCase {
    let rows = random.rows(sequences: sequences, maximumNodes: maximumNodes, isTree: isTree)
    let place = random.columns(channels)
    let stride = place.stride(channels)
    var x = random.floats(rows.count * stride, exponents: -70...30)
    random.addSpecials(&x)
    let (hasBias, gated, bits) = (random.oneIn(2), random.oneIn(2), random.significantBits())
    return KernelCase(
      "sequences \(sequences), rows \(rows.count), channels \(channels), width \(width), bias \(hasBias), gated \(gated)",
      rows.operands + [
        .floats("x", [rows.count, stride], x),
        .floats("weights", [channels, width], random.floats(channels * width, exponents: -70...10)),
        .floats("bias", [channels], random.floats(channels, exponents: -70...10)),
        .floats(
          "tail", [sequences, width - 1, channels],
          random.floats(sequences * (width - 1) * channels, exponents: -70...30)),
        .output("out", .float, [rows.count, channels]),
      ]
    ) { list, o in
      list.treeConvolution(
        o.floats("x"), at: place, weights: o.floats("weights"), bias: hasBias ? o.floats("bias") : nil,
        rows: o.rows(rows), tail: o.floats("tail"), out: o.floats("out"), channels: channels, width: width,
        gated: gated, significantBits: bits)
    }
  }
}

let treeConvolutionFamilies = [true, false].map { isTree in
  CaseFamily(.treeConvolution, isTree ? "tree" : "chain") { random in
    .treeConvolution(
      sequences: random.sequences(), maximumNodes: random.length(40), channels: random.length(70),
      width: random.integer(2...random.element([4, 16])), isTree: isTree, random: &random)
  }
}
