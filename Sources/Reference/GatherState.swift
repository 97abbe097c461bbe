import Numerics
import ShaderInterface

/// One sequence's result in a batch.
struct PackedResult {
  let result: UnsafeBufferPointer<UInt32>
  let sequence, maximumNodes, resultWords: Int

  private func word(_ index: Int) -> UInt32 {
    result[sequence * resultWords + index]
  }

  /// The accepted nodes, root first; nil with a status or a path beyond the result.
  var path: [UInt32]? {
    let accepted = Int(word(Int(RESULT_ACCEPTED)))
    guard word(Int(RESULT_STATUS)) == STATUS_OK, accepted < maximumNodes else { return nil }
    return (0...accepted).map { word(Int(RESULT_PATH) + $0) }
  }
}

extension InFlightRows {
  /// The packed row of a sequence's node, if there is one.
  func row(_ node: UInt32, of sequence: Int) -> Int? {
    let first = sequences == 1 ? 0 : Int(state[sequence * Int(STATE_WORDS) + Int(STATE_FIRST_NODE)])
    return first + Int(node) < rows ? first + Int(node) : nil
  }
}

extension Reference {
  /// The state of the last accepted row becomes the committed one.
  ///
  /// `result`: u32 [sequences][resultWords]; `state`: u32; `states`: u32 [rows][words];
  /// `committed`: u32 [sequences][words].
  public static func gatherState(
    _ p: ShaderInterface.GatherState, result: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    states: UnsafeBufferPointer<UInt32>, committed: UnsafeMutableBufferPointer<UInt32>
  ) {
    let words = Int(p.words)
    let flight = InFlightRows(state: state, sequences: Int(p.sequences), rows: Int(p.rows), parents: nil)
    for s in 0..<Int(p.sequences) {
      let round = PackedResult(
        result: result, sequence: s, maximumNodes: Int(p.maximumNodes), resultWords: Int(p.resultWords))
      guard let last = round.path?.last, let row = flight.row(last, of: s) else { continue }
      for i in 0..<words { committed[s * words + i] = states[row * words + i] }
    }
  }
}
