import Kernels
import ShaderInterface

extension KernelCase {
  /// The hidden row of the last node.
  public static func gatherRow(rows: Int, columns: Int, random: inout CaseRandom) -> KernelCase {
    var state = random.state(length: random.below(300))
    state[Int(STATE_LAST_NODE)] = UInt32(random.below(rows))
    if random.oneIn(6) { state[Int(STATE_LAST_NODE)] = random.element([UInt32(rows), NO_NODE]) }
    var x = random.floats(rows * columns, exponents: -126...127)
    random.addSpecials(&x)
    return KernelCase(
      "rows \(rows), columns \(columns)",
      [.floats("x", [rows, columns], x), .words("state", state), .output("out", .float, [columns])]
    ) { list, o in
      list.gatherRow(
        o.floats("x"), state: o.words("state"), out: o.floats("out"), rows: rows, columns: columns)
    }
  }
}

let gatherRowFamilies = [
  CaseFamily(.gatherRow) { random in
    .gatherRow(rows: random.length(40), columns: random.length(600), random: &random)
  }
]

let rowFamilies =
  embeddingGatherFamilies + embeddingMixFamilies + rmsNormFamilies + layerNormFamilies + gatedUnitFamilies
  + geluFamilies + residualAddFamilies + scaledAddFamilies + roundActivationsFamilies
  + rotaryFamilies + gatherRowFamilies
