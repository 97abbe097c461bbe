import Numerics
import ShaderInterface

/// What verification decides at one node.
public enum NodeOutcome: Hashable, Sendable {
  /// The walk moves to this child, counted among the node's children.
  case child(Int)
  /// The walk ends with this extra token.
  case bonus(UInt32)
  /// The walk ends with this status.
  case failed(UInt32)
}

/// What a round decided, before it is written.
struct RoundOutcome {
  var status = STATUS_OK
  /// Accepted nodes, root first.
  var path = [0]
  var bonus: UInt32 = 0
  /// tried[d]: nodes of depth d + 1, counted along paths from the root, that the rule looked at.
  var tried: [UInt32] = []
}

/// One sequence of a batch: its tree and the walk from the root that verifiers share.
struct TreeWalk {
  let state: UnsafeBufferPointer<UInt32>
  /// Of the sequence's own nodes; empty if they do not all lie in the arrays.
  let tokens, parents: UnsafeBufferPointer<UInt32>
  /// Where the root stands in the packed arrays.
  let firstNode: Int
  let maximumNodes: UInt32
  let rootToken: UInt32

  /// - Parameters: `tokens`, `parents`: u32 [capacity]; `state`: u32 [sequences][STATE_WORDS].
  init(
    sequence: UInt32, tokens: UnsafeBufferPointer<UInt32>, parents: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, maximumNodes: UInt32, capacity: UInt32
  ) {
    let words = Int(STATE_WORDS)
    self.state = UnsafeBufferPointer(rebasing: state[Int(sequence) * words..<Int(sequence + 1) * words])
    self.maximumNodes = maximumNodes
    firstNode = Int(self.state[Int(STATE_FIRST_NODE)])
    let end = firstNode + Int(self.state[Int(STATE_NODES)])
    let own = end <= capacity ? firstNode..<end : 0..<0
    self.tokens = UnsafeBufferPointer(rebasing: tokens[own])
    self.parents = UnsafeBufferPointer(rebasing: parents[own])
    rootToken = firstNode < capacity ? tokens[firstNode] : 0
  }

  var nodes: UInt32 { state[Int(STATE_NODES)] }
  var length: UInt32 { state[Int(STATE_LENGTH)] }

  /// Fine if the node count is at most maximumNodes, the nodes lie in the arrays, and every parent is below its child; a
  /// sequence without nodes sits out the round.
  var status: UInt32 {
    if nodes == 0 { return STATUS_IDLE }
    guard nodes <= maximumNodes, tokens.count == nodes else { return STATUS_MALFORMED_TREE }
    return (1..<tokens.count).allSatisfy { parents[$0] < $0 } ? STATUS_OK : STATUS_MALFORMED_TREE
  }

  /// Children of `node` that exist, in ascending node order.
  func children(of node: Int) -> [Int] {
    (node + 1..<tokens.count).filter { parents[$0] == UInt32(node) && tokens[$0] != NO_TOKEN }
  }

  /// Walks while `step` accepts a child, and returns what it decided. `step` is told the node, its depth and its
  /// children and says how many of them it tried.
  func walk(
    step: (_ node: Int, _ depth: UInt32, _ children: [Int], _ tried: inout Int) -> NodeOutcome
  ) -> RoundOutcome {
    var round = RoundOutcome()
    guard status == STATUS_OK else { return RoundOutcome(status: status) }
    while true {
      let children = children(of: round.path.last!)
      var tried = 0
      let outcome = step(round.path.last!, UInt32(round.path.count - 1), children, &tried)
      round.tried.append(UInt32(tried))
      switch outcome {
      case .child(let j): round.path.append(children[j])
      case .bonus(let token):
        round.bonus = token
        return round
      case .failed(let code):
        round.status = code
        return round
      }
    }
  }

  /// Writes status, accepted, bonus, length, nodes, zeros, path, tokens and tried counts, [maximumNodes] each.
  ///
  /// `result`: u32 [sequences][RESULT_PATH + RESULT_ARRAYS * maximumNodes].
  func write(_ round: RoundOutcome, sequence: UInt32, into results: UnsafeMutableBufferPointer<UInt32>) {
    let words = Int(RESULT_PATH + RESULT_ARRAYS * maximumNodes)
    let result = UnsafeMutableBufferPointer(
      rebasing: results[Int(sequence) * words..<(Int(sequence) + 1) * words])
    let accepted = UInt32(round.path.count - 1)
    result.update(repeating: 0)
    result[Int(RESULT_STATUS)] = round.status
    result[Int(RESULT_ACCEPTED)] = accepted
    result[Int(RESULT_BONUS)] = round.bonus
    result[Int(RESULT_LENGTH)] = length &+ accepted &+ 1
    result[Int(RESULT_NODES)] = nodes
    for (j, node) in round.path.enumerated() {
      result[Int(RESULT_PATH) + j] = UInt32(node)
      result[Int(RESULT_PATH + maximumNodes) + j] = node == 0 ? rootToken : tokens[node]
    }
    for (depth, count) in round.tried.enumerated() {
      result[Int(RESULT_PATH + 2 * maximumNodes) + depth] = count
    }
  }
}
