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

/// The tokens and parents of one round's tree, and the walk from the root that both verifiers share.
struct TreeWalk {
  let tokens: UnsafeBufferPointer<UInt32>
  let parents: UnsafeBufferPointer<UInt32>
  let state: UnsafeBufferPointer<UInt32>
  let maximumNodes: UInt32

  var nodes: UInt32 { state[Int(STATE_NODES)] }

  /// The node count lies in 1...maximumNodes and every parent is below its child.
  var isWellFormed: Bool {
    guard nodes >= 1, nodes <= maximumNodes else { return false }
    return (1..<nodes).allSatisfy { parents[Int($0)] < $0 }
  }

  /// Children of `node` that exist, in ascending node order.
  func children(of node: Int) -> [Int] {
    (node + 1..<Int(nodes)).filter { parents[$0] == UInt32(node) && tokens[$0] != NO_TOKEN }
  }

  /// Walks while `step(node, its children)` accepts a child, and writes the round's result:
  /// status, accepted, bonus, length, nodes, zeros, path [maximumNodes], tokens [maximumNodes].
  func verify(
    into result: UnsafeMutableBufferPointer<UInt32>, step: (_ node: Int, _ children: [Int]) -> NodeOutcome
  ) {
    var path = [0]
    var status = isWellFormed ? STATUS_OK : STATUS_MALFORMED_TREE
    var bonus: UInt32 = 0
    var walking = status == STATUS_OK
    while walking {
      let children = children(of: path.last!)
      switch step(path.last!, children) {
      case .child(let j): path.append(children[j])
      case .bonus(let token): (bonus, walking) = (token, false)
      case .failed(let code): (status, walking) = (code, false)
      }
    }
    let accepted = UInt32(path.count - 1)
    result[0..<Int(RESULT_PATH + 2 * maximumNodes)].update(repeating: 0)
    result[Int(RESULT_STATUS)] = status
    result[Int(RESULT_ACCEPTED)] = accepted
    result[Int(RESULT_BONUS)] = bonus
    result[Int(RESULT_LENGTH)] = state[Int(STATE_LENGTH)] &+ accepted &+ 1
    result[Int(RESULT_NODES)] = nodes
    for (j, node) in path.enumerated() {
      result[Int(RESULT_PATH) + j] = UInt32(node)
      result[Int(RESULT_PATH + maximumNodes) + j] = tokens[node]
    }
  }
}
