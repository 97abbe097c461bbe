import Numerics
import ShaderInterface

extension Reference {
  /// Appends a round's accepted tokens and bonus token to the history and moves the state behind them; a round
  /// with a status changes only the state's status.
  ///
  /// `result`: u32 [RESULT_PATH + 2 * maximumNodes]; `state`, `tokens`: u32; `history`: u32 [historyCapacity].
  public static func commitRound(
    _ p: ShaderInterface.CommitRound, result: UnsafeBufferPointer<UInt32>,
    state: UnsafeMutableBufferPointer<UInt32>, tokens: UnsafeMutableBufferPointer<UInt32>,
    history: UnsafeMutableBufferPointer<UInt32>
  ) {
    state[Int(STATE_STATUS)] |= result[Int(RESULT_STATUS)]
    guard result[Int(RESULT_STATUS)] == STATUS_OK else { return }
    let length = Int(state[Int(STATE_LENGTH)])
    let accepted = Int(result[Int(RESULT_ACCEPTED)])
    let bonus = result[Int(RESULT_BONUS)]
    let path = Int(RESULT_PATH)
    for j in 0...accepted + 1 where length + j < Int(p.historyCapacity) {
      history[length + j] = j <= accepted ? result[path + Int(p.maximumNodes) + j] : bonus
    }
    state[Int(STATE_LENGTH)] = UInt32(length + accepted + 1)
    state[Int(STATE_LAST_NODE)] = result[path + accepted]
    tokens[0] = bonus
  }
}
