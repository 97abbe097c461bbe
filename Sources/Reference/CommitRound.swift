import Numerics
import ShaderInterface

extension Reference {
  /// Appends a round's accepted tokens and bonus token to the history and moves the state behind them; a round
  /// with a status, or with more nodes than there are, changes only the state's status; one that was sat out not even that.
  ///
  /// `result`: u32 [sequences][RESULT_PATH + RESULT_ARRAYS * maximumNodes]; `state`: u32 [sequences][STATE_WORDS];
  /// `tokens`: u32 [capacity]; `history`: u32 [sequences][historyCapacity].
  public static func commitRound(
    _ p: ShaderInterface.CommitRound, result: UnsafeBufferPointer<UInt32>,
    state: UnsafeMutableBufferPointer<UInt32>, tokens: UnsafeMutableBufferPointer<UInt32>,
    history: UnsafeMutableBufferPointer<UInt32>
  ) {
    let words = Int(RESULT_PATH + RESULT_ARRAYS * p.maximumNodes)
    for s in 0..<Int(p.sequences) {
      let block = UnsafeBufferPointer(rebasing: result[s * words..<(s + 1) * words])
      let first = s * Int(STATE_WORDS)
      let own = UnsafeMutableBufferPointer(rebasing: state[first..<first + Int(STATE_WORDS)])
      var status = block[Int(RESULT_STATUS)]
      if status == STATUS_OK && block[Int(RESULT_ACCEPTED)] >= p.maximumNodes {
        status = STATUS_MALFORMED_TREE
      }
      own[Int(STATE_STATUS)] |= status & ~STATUS_IDLE
      guard status == STATUS_OK else { continue }
      let length = Int(own[Int(STATE_LENGTH)])
      let accepted = Int(block[Int(RESULT_ACCEPTED)])
      let bonus = block[Int(RESULT_BONUS)]
      let path = Int(RESULT_PATH)
      for j in 0...accepted + 1 where length + j < Int(p.historyCapacity) {
        history[s * Int(p.historyCapacity) + length + j] =
          j <= accepted ? block[path + Int(p.maximumNodes) + j] : bonus
      }
      own[Int(STATE_LENGTH)] = UInt32(truncatingIfNeeded: length + accepted + 1)
      own[Int(STATE_LAST_NODE)] = block[path + accepted]
      if own[Int(STATE_FIRST_NODE)] < p.capacity { tokens[Int(own[Int(STATE_FIRST_NODE)])] = bonus }
    }
  }
}
