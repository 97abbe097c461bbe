import Kernels
import ShaderInterface

extension CaseRandom {
  /// The results of a batch: some with a status or a path that is too long.
  mutating func results(sequences: Int, maximumNodes: Int) -> [UInt32] {
    (0..<sequences).flatMap { _ in
      var result = result(accepted: below(maximumNodes), maximumNodes: maximumNodes, length: below(300))
      if oneIn(8) { result[Int(RESULT_STATUS)] = STATUS_EMPTY_ROW }
      if oneIn(8) { result[Int(RESULT_ACCEPTED)] = element([UInt32(maximumNodes), NO_NODE]) }
      if oneIn(8) { result[Int(RESULT_PATH) + below(maximumNodes)] = element([1 << 20, NO_NODE]) }
      return result
    }
  }
}

extension KernelCase {
  /// The states of accepted rows committed.
  public static func gatherState(
    sequences: Int, maximumNodes: Int, stateCount: Int, random: inout CaseRandom
  ) -> KernelCase {
    let rows = random.rows(sequences: sequences, maximumNodes: maximumNodes, isTree: true)
    return KernelCase(
      "sequences \(sequences), nodes \(maximumNodes), rows \(rows.count), elements \(stateCount)",
      rows.operands + [
        .words("result", random.results(sequences: sequences, maximumNodes: maximumNodes)),
        .words("states", random.words(rows.count * stateCount), [rows.count, stateCount]),
        .words(
          "committed", random.words(sequences * stateCount), [sequences, stateCount], role: .inputOutput),
      ]
    ) { list, o in
      list.gatherState(
        o.floats("states"), result: o.words("result"), maximumNodes: maximumNodes, rows: o.rows(rows),
        stateCount: stateCount, committed: o.floats("committed"))
    }
  }
}

let gatherStateFamilies = [
  CaseFamily(.gatherState) { random in
    .gatherState(
      sequences: random.sequences(), maximumNodes: random.length(33), stateCount: random.length(400),
      random: &random)
  }
]
