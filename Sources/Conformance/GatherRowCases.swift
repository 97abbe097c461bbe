import Kernels
import ShaderInterface

extension KernelCase {
  /// The hidden rows of the last nodes.
  public static func gatherRow(
    rows: Int, columns: Int, sequences: Int = 1, random: inout CaseRandom
  ) -> KernelCase {
    var states: [UInt32] = []
    for _ in 0..<sequences {
      var state = random.state(length: random.below(300))
      state[Int(STATE_FIRST_NODE)] = UInt32(random.below(rows))
      state[Int(STATE_NODES)] = UInt32(random.below(rows + 1))
      state[Int(STATE_LAST_NODE)] = UInt32(random.below(rows))
      for word in [STATE_FIRST_NODE, STATE_LAST_NODE, STATE_NODES] where random.oneIn(9) {
        state[Int(word)] = random.element([UInt32(rows), NO_NODE])
      }
      states += state
    }
    var x = random.floats(rows * columns, exponents: -126...127)
    random.addSpecials(&x)
    return KernelCase(
      "rows \(rows), columns \(columns), sequences \(sequences)",
      [
        .floats("x", [rows, columns], x), .words("state", states),
        .output("out", .float, [sequences, columns]),
      ]
    ) { list, o in
      list.gatherRow(
        o.floats("x"), state: o.words("state"), out: o.floats("out"), rows: rows, columns: columns,
        sequences: sequences)
    }
  }
}

let gatherRowFamilies = [
  CaseFamily(.gatherRow, "one") { random in
    .gatherRow(rows: random.length(40), columns: random.length(600), random: &random)
  },
  CaseFamily(.gatherRow, "batch") { random in
    .gatherRow(
      rows: random.length(40), columns: random.length(300), sequences: random.length(20), random: &random)
  },
]

let rowFamilies =
  embeddingGatherFamilies + embeddingMixFamilies + rmsNormFamilies + layerNormFamilies + gatedUnitFamilies
  + geluFamilies + softplusFamilies + residualAddFamilies + scaledAddFamilies + scaleColumnsFamilies
  + roundActivationsFamilies + rotaryFamilies + gatherRowFamilies + gatherColumnsFamilies + gatherRowsFamilies
  + scatterRowsFamilies
